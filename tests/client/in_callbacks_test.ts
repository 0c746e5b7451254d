import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type CloseInfo, NonBlockingClient, WebSocketError } from "../../mod.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  frame,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { memoryServer } from "./memory_server.ts";
import { type Actions, type CallbackName, callbackNames, describeClose, recorder } from "./recorder.ts";
import { bounded, transports, turn } from "./setup.ts";

interface Outcome {
  readonly events: readonly string[];
  readonly result: PromiseSettledResult<CloseInfo>;
  readonly client: NonBlockingClient;
}

/** A connection on which every callback is due, with something done in one of them, the first time. */
async function scenario(name: CallbackName, act: (client: NonBlockingClient) => void): Promise<Outcome> {
  const server = memoryServer({
    // Half a frame makes a turn without a message; the other half comes later.
    append: textFrame("late").subarray(0, 3),
    client: { takes: 64 },
    onFrame(server, { opcode }) {
      if (opcode === 8) {
        server.send(closeFrame(1000));
        server.end();
      }
    },
  });
  const client = await NonBlockingClient.connect("ws://memory.example", {
    transport: server.transport,
    highWaterMark: 0,
  });
  let acted = false;
  const actions: Actions = {
    // More than is taken at once: onDrain is due.
    onActivated: (client) => void client.sendBinary(new Uint8Array(256)),
  };
  const then: Actions = {
    ...actions,
    [name]: (client: NonBlockingClient, argument: never) => {
      actions[name]?.(client, argument);
      if (acted) return;
      acted = true;
      act(client);
    },
  };
  const record = recorder(then);
  const running = Promise.allSettled([client.run(record.handler)]);
  await turn();
  const violation = frame({ opcode: 3 });
  const end = name === "onError" ? violation : closeFrame(3000);
  server.send(concat(textFrame("late").subarray(3), binaryFrame("b"), pingFrame("p"), pongFrame("q"), end));
  server.end();
  const [result] = await bounded("the client to end", running);
  assert(acted, `${name} was never called: ${record.events.join(", ")}`);
  // Whatever is still on its way must not call anything any more.
  await turn();
  assertEquals(client.state, "closed");
  return { events: record.events, result, client };
}

/** The events behind the first one of the given callback. */
function behind({ events }: Outcome, name: CallbackName): readonly string[] {
  const first = {
    onActivated: "activated",
    onPoll: "poll",
    onIdle: "idle",
    onTextMessage: "text",
    onBinaryMessage: "binary",
    onPing: "ping",
    onPong: "pong",
    onDrain: "drain",
    onConnectionClosed: "closed",
    onError: "error",
    onQuit: "quit",
  }[name];
  return events.slice(events.findIndex((event) => event.split(" ")[0] === first) + 1);
}

const isEnd = (event: string) => event.startsWith("closed") || event.startsWith("error");

for (const name of callbackNames) {
  describe(`in ${name}`, () => {
    it("an exception ends the client: only onQuit follows, and run() rejects with it", async () => {
      const thrown = { what: "anything at all" };
      const outcome = await scenario(name, () => {
        throw thrown;
      });
      assertEquals(behind(outcome, name), name === "onQuit" ? [] : ["quit"]);
      assertEquals(outcome.result.status, "rejected");
      assertStrictEquals((outcome.result as PromiseRejectedResult).reason, thrown);
    });

    it("forceQuit(): only onQuit follows", async () => {
      const outcome = await scenario(name, (client) => client.forceQuit());
      assertEquals(behind(outcome, name), name === "onQuit" ? [] : ["quit"]);
      assertEquals(outcome.result.status, "fulfilled");
      const close = (outcome.result as PromiseFulfilledResult<CloseInfo>).value;
      const isOver = name === "onConnectionClosed" || name === "onQuit";
      assertEquals(describeClose(close), isOver ? "3000 clean remote" : "1006 not clean local");
    });

    for (const how of ["close", "Symbol.dispose", "Symbol.asyncDispose"] as const) {
      it(`${how}: one end, then onQuit`, async () => {
        const outcome = await scenario(name, (client) => {
          if (how === "close") client.close();
          else if (how === "Symbol.dispose") client[Symbol.dispose]();
          else void client[Symbol.asyncDispose]();
        });
        assertEquals(outcome.events.filter(isEnd).length, 1, outcome.events.join(", "));
        assertEquals(outcome.events.slice(-1), ["quit"]);
        assertEquals(outcome.events.filter((event) => event === "quit").length, 1);
        assert(isEnd(outcome.events.at(-2)!), outcome.events.join(", "));
        assertEquals(outcome.result.status, "fulfilled");
      });
    }

    it("every method answers or throws a WebSocketError", async () => {
      const problems: unknown[] = [];
      await scenario(name, (client) => {
        const calls: (() => unknown)[] = [
          () => client.sendText("x"),
          () => client.sendBinary(new Uint8Array(1)),
          () => client.sendPing(),
          () => client.sendPong(),
          () => client.cork(() => client.bufferedAmount),
          () => client.stats.bytesReceived + client.state + client.protocol + client.extensions + client.url,
          () => client.socket,
        ];
        for (const call of calls) {
          try {
            call();
          } catch (error) {
            if ((error as { code?: unknown }).code !== "ConnectionClosed") problems.push(error);
          }
        }
        client.run({}).catch((error) => error.code === "SocketUnavailable" || problems.push(error));
      });
      assertEquals(problems, []);
    });
  });
}

it("the signal aborted: the message stays what it is until the callback returns", async () => {
  const controller = new AbortController();
  const server = memoryServer({ append: textFrame("whole") });
  const { transport } = server;
  const client = await NonBlockingClient.connect("ws://memory.example", {
    transport,
    signal: controller.signal,
  });
  const events: string[] = [];
  const running = client.run({
    onTextMessage: (_, message) => {
      const { bytes } = message;
      controller.abort();
      events.push(message.text, new TextDecoder().decode(bytes));
    },
    onError: (_, { code }) => void events.push(code),
  });
  await bounded("the client to end", running);
  assertEquals(events, ["whole", "whole", "Aborted"]);
});

it("forceQuit: closed at once, and whoever sends is told so", async () => {
  const { transport } = memoryServer();
  const client = await NonBlockingClient.connect("ws://memory.example", { transport });
  const states: unknown[] = [];
  const close = await bounded(
    "the client to end",
    client.run({
      onActivated: (client) => {
        client.forceQuit();
        states.push(client.state, assertThrows(() => client.sendText("late"), WebSocketError).code);
      },
    }),
  );
  assertEquals([...states, describeClose(close)], ["closed", "ConnectionClosed", "1006 not clean local"]);
});

it("run() without a handler, from a program without types, rejects", async () => {
  const { transport } = memoryServer();
  const client = await NonBlockingClient.connect("ws://memory.example", { transport });
  for (const handler of [undefined, null, "handler"]) {
    const run = () => bounded("the refusal", client.run(handler as never));
    assertEquals((await assertRejects(run, WebSocketError)).code, "InvalidConfiguration");
  }
  const run = client.run({});
  client.forceQuit();
  await bounded("the client to end", run);
  assertEquals(client.state, "closed");
});

it("another client that blocks, over system calls: messages stay what they are", async () => {
  await using peer = await PeerThread.start("counts");
  await using another = await PeerThread.start("echo");
  const client = NonBlockingClient.connectSync(peer.url, { transport: "syscall" });
  const texts: string[] = [];
  const inner: string[] = [];
  client.runSync({
    onTextMessage: (_, message) => {
      if (texts.length === 0) {
        const second = NonBlockingClient.connectSync(another.url, { transport: "syscall" });
        second.runSync({
          onActivated: (second) => second.sendText("something else"),
          onTextMessage: (second, { text }) => {
            inner.push(text);
            second.close();
          },
        });
      }
      texts.push(message.text);
    },
  });
  const hundred = Array.from({ length: 100 }, (_, index) => `${index}`);
  assertEquals([texts, inner], [hundred, ["something else"]]);
  await peer.finish();
  await another.finish();
});

for (const transport of transports) {
  it(`an exception in a callback drops the socket, ${transport} transport`, async () => {
    await using server = await rawServer(async (peer) => {
      await peer.handshake({ append: concat(textFrame("a"), textFrame("b")) });
      await peer.closed();
      assertEquals(peer.buffered, 0, "no Close frame");
    });
    const client = await NonBlockingClient.connect(server.url, { transport });
    const record = recorder({
      onTextMessage: () => {
        throw new RangeError("mine");
      },
    });
    await assertRejects(() => bounded("the client to end", client.run(record.handler)), RangeError, "mine");
    assertEquals(record.messages, ["activated", "text a", "quit"]);
    await server.close();
  });
}

describe("after the end", () => {
  it("sending throws ConnectionClosed; close, forceQuit and dispose do nothing", async () => {
    const server = memoryServer({ append: closeFrame(1000) });
    const client = await NonBlockingClient.connect("ws://memory.example", { transport: server.transport });
    const record = recorder();
    const running = client.run(record.handler);
    server.end();
    await bounded("the client to end", running);
    const events = [...record.events];
    for (const send of ["sendText", "sendBinary", "sendPing", "sendPong"] as const) {
      const error = await assertRejects(() => Promise.try(() => client[send](new Uint8Array(1))));
      assertEquals((error as { code?: unknown }).code, "ConnectionClosed");
    }
    client.close();
    client.close(3001, "again");
    client.forceQuit();
    client[Symbol.dispose]();
    await client[Symbol.asyncDispose]();
    await turn();
    assertEquals(record.events, events);
    assertEquals([client.state, client.bufferedAmount], ["closed", 0]);
  });
});
