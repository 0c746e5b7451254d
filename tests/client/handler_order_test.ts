import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { NonBlockingClient, type Payload, WebSocketError } from "../../mod.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  opcodes,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { memoryServer } from "./memory_server.ts";
import { type Actions, recorder } from "./recorder.ts";
import { bounded, transports, turn } from "./setup.ts";

/** Answers the client's Close and ends the stream. */
async function answerClose(peer: RawPeer): Promise<void> {
  let frame = await peer.readFrame();
  while (frame.opcode !== opcodes.close) frame = await peer.readFrame();
  await peer.send(closeFrame(frame.close?.code));
  await peer.end();
}

/** What came in each turn, from one `onPoll` to the next; without what came before the first. */
function turnsOf(events: readonly string[]): string[][] {
  const turns: string[][] = [];
  for (const event of events) {
    if (event === "poll") turns.push([]);
    else turns.at(-1)?.push(event);
  }
  return turns.filter((turn) => turn.length > 0 && !turn.includes("quit"));
}

for (const transport of transports) {
  describe(`order of callbacks, ${transport} transport`, () => {
    const run = async (script: (peer: RawPeer) => Promise<void>, actions: Actions = {}) => {
      await using server = await rawServer(script);
      const client = await NonBlockingClient.connect(server.url, { transport });
      const record = recorder(actions);
      const close = await bounded("the client to end", client.run(record.handler));
      return { events: record.events, messages: record.messages, close };
    };

    it("each kind of message has its callback", async () => {
      const { messages } = await run(async (peer) => {
        await peer.handshake();
        await peer.send(textFrame("a"));
        await peer.send(concat(binaryFrame("b"), pingFrame("c"), pongFrame("d"), textFrame("")));
        await peer.send(closeFrame(3000, "bye"));
        await answerClose(peer);
      });
      assertEquals(messages, [
        "activated",
        "text a",
        "binary 62",
        "ping c",
        "pong d",
        "text ",
        "closed 3000 clean remote bye",
        "quit",
      ]);
    });

    it("a turn with a message has no onIdle, a turn without one has", async () => {
      let said = false;
      const { events } = await run(async (peer) => {
        await peer.handshake();
        const whole = textFrame("hello");
        await peer.send(whole.subarray(0, 3));
        assertEquals((await peer.readFrame()).text, "idle");
        await peer.send(whole.subarray(3));
        assertEquals((await peer.readFrame()).text, "got it");
        await peer.send(concat(textFrame("two"), textFrame("three")));
        await answerClose(peer);
      }, {
        onIdle: (client) => {
          // Without being woken there are idle turns before anything came.
          if (said || client.stats.bytesReceived === 0) return;
          said = true;
          client.sendText("idle");
        },
        onTextMessage: (client, { text }) => {
          if (text === "hello") client.sendText("got it");
          if (text === "three") client.close();
        },
      });
      // Turns that are made without being woken bring nothing, most of them.
      const woken = transport !== "syscall";
      for (const turn of turnsOf(events)) {
        if (turn.includes("idle")) assertEquals(turn, ["idle"]);
        else if (woken) assert(turn.some((event) => event.startsWith("text ")), turn.join());
      }
      const messages = events.filter((event) => event.startsWith("text "));
      assertEquals(messages, ["text hello", "text two", "text three"]);
      if (woken) {
        assertEquals(events.slice(0, 8), [
          "activated",
          "poll",
          "idle",
          "poll",
          "text hello",
          "poll",
          "text two",
          "text three",
        ]);
      }
      assertEquals(events.slice(-2), ["closed 1000 clean local", "quit"]);
    });

    it("frames in the segment of the 101 and frames before run() are kept for run()", async () => {
      const arrived = Promise.withResolvers<void>();
      await using server = await rawServer(async (peer) => {
        await peer.handshake({ append: concat(textFrame("one"), textFrame("two")) });
        await peer.send(concat(textFrame("three"), textFrame("fo", { fin: false })));
        await peer.send(continuationFrame("ur"));
        arrived.resolve();
        await answerClose(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      await bounded("the server to have sent", arrived.promise);
      await turn();
      const record = recorder({ onTextMessage: (client, { text }) => text === "four" && client.close() });
      assertEquals(client.stats.messagesReceived, 0);
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, [
        "activated",
        "text one",
        "text two",
        "text three",
        "text four",
        "closed 1000 clean local",
        "quit",
      ]);
    });

    it("a connection that was lost before run() still delivers what came", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(textFrame("last words"));
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      await turn();
      await turn();
      const record = recorder();
      const close = await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "text last words", "closed 1006 not clean none", "quit"]);
      assertEquals(close.code, 1006);
    });

    it("run() twice is refused, and the first run is not disturbed", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await answerClose(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      const first = recorder();
      const second = recorder();
      const running = client.run(first.handler);
      const refused = await assertRejects(() => client.run(second.handler), WebSocketError);
      assertEquals(refused.code, "SocketUnavailable");
      client.close();
      await bounded("the client to end", running);
      const late = await assertRejects(() => client.run(second.handler), WebSocketError);
      assertEquals(late.code, "SocketUnavailable");
      assertEquals(first.messages, ["activated", "closed 1000 clean local", "quit"]);
      assertEquals(second.events, []);
    });

    it("an empty handler is enough", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake({ append: concat(textFrame("a"), pingFrame("b"), binaryFrame("c")) });
        const pong = await peer.readFrame();
        assertEquals([pong.opcode, pong.text], [opcodes.pong, "b"]);
        await peer.send(closeFrame());
        await answerClose(peer);
      });
      const client = await NonBlockingClient.connect(server.url, { transport });
      const close = await bounded("the client to end", client.run({}));
      assertEquals(close, { code: 1005, reason: "", wasClean: true, initiator: "remote" });
    });

    it("a ping has been answered when onPing runs, and onPoll comes before it", async () => {
      const { events } = await run(async (peer) => {
        await peer.handshake();
        await peer.send(pingFrame("x"));
        assertEquals((await peer.readFrame()).opcode, opcodes.pong);
        assertEquals((await peer.readFrame()).text, "after");
        await answerClose(peer);
      }, {
        onPing: (client) => {
          client.sendText("after");
          client.close();
        },
      });
      assertEquals(events.slice(0, 3), ["activated", "poll", "ping x"]);
    });
  });
}

describe("the payload", () => {
  it("is one object, over the bytes where they lie", async () => {
    const seen: Payload[] = [];
    const buffers: ArrayBufferLike[] = [];
    const server = memoryServer({
      append: concat(textFrame("first"), binaryFrame("second"), pingFrame("third"), closeFrame(1000)),
    });
    const client = await NonBlockingClient.connect("ws://memory.example", { transport: server.transport });
    const look = (_: NonBlockingClient, payload: Payload) => {
      seen.push(payload);
      buffers.push(payload.bytes.buffer);
      assertStrictEquals(payload.bytes, payload.bytes, "one view, made once");
      const copy = payload.copy();
      assertEquals(copy, payload.bytes.slice());
      assert(copy.buffer !== payload.bytes.buffer);
      assertEquals(payload.byteLength, payload.text.length);
    };
    const running = client.run({ onTextMessage: look, onBinaryMessage: look, onPing: look });
    server.end();
    await bounded("the client to end", running);
    assertEquals(seen.length, 3);
    assert(seen.every((payload) => payload === seen[0]), "one object for all");
    assert(buffers.every((buffer) => buffer === buffers[0]), "no copies");
  });

  it("does not hold on to a buffer once the callback has returned", async () => {
    let kept: Payload | undefined;
    const server = memoryServer({ append: concat(textFrame("secret"), closeFrame(1000)) });
    const client = await NonBlockingClient.connect("ws://memory.example", { transport: server.transport });
    const running = client.run({ onTextMessage: (_, payload) => void (kept = payload) });
    server.end();
    await bounded("the client to end", running);
    assertEquals([kept?.byteLength, kept?.text], [0, ""]);
  });

  it("of a callback that changes its bytes is nobody else's", async () => {
    const server = memoryServer({ append: concat(textFrame("one"), textFrame("two"), closeFrame(1000)) });
    const client = await NonBlockingClient.connect("ws://memory.example", { transport: server.transport });
    const texts: string[] = [];
    const running = client.run({
      onTextMessage: (_, message) => {
        texts.push(message.text);
        message.bytes.fill(0);
      },
    });
    server.end();
    await bounded("the client to end", running);
    assertEquals(texts, ["one", "two"]);
  });
});
