import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { NonBlockingClient } from "../../mod.ts";
import { binaryFrame, closeFrame, concat, opcodes, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, transports, turn, until } from "./setup.ts";

/** Expects a Close of code 1000, and answers it. */
async function answerClose(peer: RawPeer): Promise<void> {
  const frame = await peer.readFrame();
  assertEquals([frame.opcode, frame.close?.code], [opcodes.close, 1000]);
  await peer.send(closeFrame(1000));
  await peer.end();
  await peer.closed();
}

for (const transport of transports) {
  describe(`disposal, ${transport} transport`, () => {
    const serve = (script: (peer: RawPeer) => Promise<void> = answerClose, append?: Uint8Array) =>
      rawServer(async (peer) => {
        await peer.handshake({ append });
        await script(peer);
      });

    it("await using before run(): Close is sent, and the end waited for", async () => {
      await using server = await serve(answerClose, textFrame("nobody reads this"));
      let outside: NonBlockingClient;
      {
        await using client = await NonBlockingClient.connect(server.url, { transport });
        outside = client;
      }
      assertEquals(outside.state, "closed");
      await server.close();
    });

    it("using before run(): Close is sent, and the rest happens by itself", async () => {
      await using server = await serve();
      let outside: NonBlockingClient;
      {
        using client = await NonBlockingClient.connect(server.url, { transport });
        outside = client;
      }
      assertEquals(outside.state, "closing");
      await until("the client to close", () => outside.state === "closed");
      await server.close();
    });

    it("await using while running", async () => {
      await using server = await serve();
      const record = recorder();
      let running: Promise<unknown>;
      {
        await using client = await NonBlockingClient.connect(server.url, { transport });
        running = client.run(record.handler);
      }
      assertEquals(record.messages, ["activated", "closed 1000 clean local", "quit"]);
      await bounded("run", running);
      await server.close();
    });

    it("using while running", async () => {
      await using server = await serve();
      const record = recorder();
      let running: Promise<unknown>;
      {
        using client = await NonBlockingClient.connect(server.url, { transport });
        running = client.run(record.handler);
      }
      await bounded("run", running);
      assertEquals(record.messages, ["activated", "closed 1000 clean local", "quit"]);
    });

    it("await using after the end, and twice: nothing happens", async () => {
      await using server = await serve();
      const record = recorder({ onActivated: (client) => client.close() });
      {
        await using client = await NonBlockingClient.connect(server.url, { transport });
        await bounded("run", client.run(record.handler));
        await bounded("disposal", client[Symbol.asyncDispose]());
      }
      await turn();
      assertEquals(record.messages, ["activated", "closed 1000 clean local", "quit"]);
    });

    it("after close(): no second Close", async () => {
      await using server = await serve(async (peer) => {
        assertEquals((await peer.readFrame()).close?.code, 3000);
        await peer.send(closeFrame(3000));
        await peer.end();
        await peer.closed();
        assertEquals(peer.buffered, 0);
      });
      {
        await using client = await NonBlockingClient.connect(server.url, { transport });
        client.close(3000);
      }
      await server.close();
    });

    it("a connection that was lost before is let go without a word", async () => {
      await using server = await serve(async (peer) => {
        peer.reset();
        await Promise.resolve();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      for (let i = 0; i < 5; i++) await turn();
      await bounded("disposal", client[Symbol.asyncDispose]());
      assertEquals(client.state, "closed");
    });

    it("a peer that does not answer is waited for no longer than closeTimeout, and nothing is thrown", async () => {
      await using server = await serve(async (peer) => void await peer.closed());
      const client = await NonBlockingClient.connect(server.url, { transport, closeTimeout: 30 });
      await bounded("disposal", client[Symbol.asyncDispose]());
      assertEquals(client.state, "closed");
    });

    it("what a callback throws meanwhile goes to run(), not to the disposal", async () => {
      await using server = await serve(async (peer) => void await peer.closed(), textFrame("x"));
      const client = await NonBlockingClient.connect(server.url, { transport });
      const running = client.run({
        onTextMessage: () => {
          throw new RangeError("mine");
        },
      });
      const [result] = await bounded("both", Promise.allSettled([running, client[Symbol.asyncDispose]()]));
      assertEquals(result.status, "rejected");
    });

    it("before run(), a peer that goes on sending is read to its Close", async () => {
      const much = concat(...Array.from({ length: 64 }, () => binaryFrame(new Uint8Array(64 * 1024))));
      await using server = await serve(async (peer) => {
        await peer.send(much);
        await answerClose(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      await bounded("disposal", client[Symbol.asyncDispose]());
      await server.close();
      assertEquals(client.stats.messagesReceived, 64);
    });
  });
}
