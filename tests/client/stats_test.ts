import { describe, it } from "node:test";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { type ConnectTimings, NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import { certificates } from "../support/certificates.ts";
import { closeFrame, concat, continuationFrame, pingFrame, textFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { memoryServer } from "./memory_server.ts";
import { bounded, runtime, type TransportName, transports, turn, until } from "./setup.ts";

/** Whether this is the socket that the runtime would have made itself. */
function isOwnSocket(socket: unknown, transport: TransportName, tls: boolean): boolean {
  if (transport === "syscall") return (socket as { fd: number }).fd > 2;
  if (transport === "bun") return !(socket instanceof Socket) && "terminate" in (socket as object);
  // `Deno.startTls` cannot trust an authority of one's own alone: then it is the socket of `node:tls`.
  if (tls) return socket instanceof TLSSocket;
  if (transport === "deno") return (socket as object).constructor.name === "TcpConn";
  return socket instanceof Socket;
}

for (const transport of transports) {
  describe(`what a client knows of itself, ${transport} transport`, () => {
    it("state: open, closing, closed", async () => {
      const states: string[] = [];
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.readFrame();
        await peer.send(closeFrame(1000));
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      const note = (client: NonBlockingClient) => void states.push(client.state);
      note(client);
      const running = client.run({
        onActivated: (client) => {
          note(client);
          client.close();
          note(client);
        },
        onConnectionClosed: note,
        onQuit: note,
      });
      await bounded("the client to end", running);
      assertEquals(states, ["open", "open", "closing", "closed", "closed"]);
    });

    it("state: a peer's Close makes it closing until the stream has ended", async () => {
      const mayEnd = Promise.withResolvers<void>();
      await using server = await rawServer(async (peer) => {
        await peer.handshake({ append: closeFrame(1000) });
        await mayEnd.promise;
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      const running = client.run({});
      await until("the Close", () => client.state !== "open");
      assertEquals(client.state, "closing");
      mayEnd.resolve();
      await bounded("the client to end", running);
      assertEquals(client.state, "closed");
    });

    for (const tls of [false, true]) {
      it(`socket is the runtime's own${tls ? ", over TLS" : ""}`, async () => {
        const { ca, server: identity } = await certificates();
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          await peer.closed();
        }, tls ? { tls: identity } : {});
        const client = await NonBlockingClient.connect(server.url, { transport, tls: { caCerts: ca } });
        assert(isOwnSocket(client.socket, transport, tls), `${runtime}: ${String(client.socket)}`);
        client.forceQuit();
        await bounded("the client to end", client.run({}));
      });
    }

    it("url is normalised; protocol and extensions are empty when there are none", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const url = server.url.replace("ws://", "HTTP://");
      const client = await NonBlockingClient.connect(new URL(`${url}/a/../b?c`), { transport });
      assertEquals([client.url, client.protocol, client.extensions], [`${server.url}/b?c`, "", ""]);
      client.forceQuit();
      await bounded("the client to end", client.run({}));
    });

    it("connect phases: what did not happen took no time, and they add up", async () => {
      const { ca, server: identity } = await certificates();
      const timingsOf = async (tls: boolean, name?: string): Promise<ConnectTimings> => {
        await using server = await rawServer(async (peer) => {
          await peer.handshake();
          await peer.closed();
        }, { name, ...(tls && { tls: identity }) });
        const client = await NonBlockingClient.connect(server.url, { transport, tls: { caCerts: ca } });
        client.forceQuit();
        await bounded("the client to end", client.run({}));
        return client.stats.connect;
      };
      const plain = await timingsOf(false);
      assertEquals(plain.tls, 0);
      assert(plain.tcp > 0 && plain.upgrade > 0);
      const full = await timingsOf(true, "localhost");
      assert(full.tcp > 0 && full.tls > 0 && full.upgrade > 0);
      for (const { lookup, tcp, tls, upgrade, total } of [plain, full]) {
        assert(lookup + tcp + tls + upgrade <= total + 0.001, "the phases are no more than the whole");
      }
    });
  });
}

describe("stats", () => {
  const open = async (options: NonBlockingOptions = {}, append?: Uint8Array) => {
    const server = memoryServer({ append, onFrame: () => {} });
    const client = await NonBlockingClient.connect("ws://memory.example", {
      transport: server.transport,
      ...options,
    });
    return { server, client };
  };

  it("count every byte, frame and message, both ways", async () => {
    const incoming = concat(
      textFrame("one"),
      textFrame("tw", { fin: false }),
      pingFrame("!"),
      continuationFrame("o"),
      pingFrame(),
    );
    const { client, server } = await open({}, incoming);
    const running = client.run({});
    client.sendText("abc");
    client.sendBinary(new Uint8Array(200));
    client.sendPing();
    await until("all frames", () => server.frames.length === 5);
    const { id: _, connect: __, openedAt: ___, bufferedAmountPeak: ____, ...counts } = client.stats;
    assertEquals(counts, {
      bytesReceived: incoming.length,
      // Two pongs (one with a byte), a text, a binary with two bytes of length, a ping.
      bytesSent: 7 + 6 + 9 + 208 + 6,
      framesReceived: 5,
      framesSent: 5,
      messagesReceived: 2,
      messagesSent: 2,
      pingsReceived: 2,
      pingsSent: 1,
      pongsReceived: 0,
      bufferedAmount: 0,
      pauses: 0,
      compression: undefined,
      closedAt: undefined,
      lastReceivedAt: undefined,
      lastRoundTrip: undefined,
      roundTrips: undefined,
    });
    client.forceQuit();
    await bounded("the client to end", running);
  });

  it("are snapshots", async () => {
    const { client } = await open();
    const before = client.stats;
    client.sendText("x");
    assertEquals([before.messagesSent, client.stats.messagesSent], [0, 1]);
    assertNotEquals(before, client.stats);
    client.forceQuit();
    await client.run({});
  });

  it("bytes behind the 101 count, though nothing has been handed over", async () => {
    const { client } = await open({}, textFrame("early"));
    await turn();
    assertEquals([client.stats.bytesReceived, client.stats.messagesReceived], [7, 0]);
    client.forceQuit();
    await client.run({});
  });

  it("survive the end", async () => {
    const { client, server } = await open({}, textFrame("x"));
    const running = client.run({});
    client.sendText("y");
    await until("the message", () => server.frames.length === 1);
    client.forceQuit();
    await bounded("the client to end", running);
    assertEquals([client.stats.messagesReceived, client.stats.messagesSent], [1, 1]);
  });
});
