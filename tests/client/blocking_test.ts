import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BlockingClient, type BlockingOptions, WebSocketError, type WebSocketEvent } from "../../mod.ts";
import { isNumberedMessage, MESSAGE_SIZE, numberedMessage } from "../thread/numbered_message.ts";
import { BOTH_WAYS, type ScriptName } from "../thread/peer_scripts.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { describeClose } from "./recorder.ts";

/** An event in one line. */
function line(event: WebSocketEvent | undefined): string {
  if (event === undefined) return "nothing";
  if (event.type === "text") return `text ${event.data}`;
  if (event.type === "closed") return `closed ${describeClose(event.close)}`;
  if (event.type === "error") return `error ${event.error.code} ${event.error.phase ?? ""}`.trimEnd();
  return event.type;
}

/** Connects to a server that plays a script, on a thread of its own. */
async function withPeer(
  script: ScriptName,
  options: BlockingOptions,
  body: (client: BlockingClient, peer: PeerThread) => void,
): Promise<void> {
  await using peer = await PeerThread.start(script);
  body(BlockingClient.connect(peer.url, options), peer);
  await peer.finish();
}

describe("BlockingClient reading", () => {
  it("gives every event in order, then throws", () =>
    withPeer("echo", {}, (client) => {
      assertEquals(line(client.read()), "activated");
      assertEquals(client.sendText("one"), true);
      assertEquals(line(client.read()), "text one");
      client.sendBinary(new Uint8Array([1, 2, 3]));
      const event = client.read();
      assertEquals(event?.type === "binary" && [...event.data], [1, 2, 3]);
      client.close(3001, "enough");
      assertEquals([line(client.read()), line(client.read())], ["closed 3001 clean local", "quit"]);
      assertEquals(client.state, "closed");
      const error = assertThrows(() => client.read(), WebSocketError);
      assertEquals(error.code, "ConnectionClosed");
      assertEquals(assertThrows(() => client.run({}), WebSocketError).code, "SocketUnavailable");
      assertEquals(assertThrows(() => client.sendText("late"), WebSocketError).code, "ConnectionClosed");
      client.close();
      client.forceQuit();
    }));

  it("iterates to the end", () =>
    withPeer("counts", {}, (client) => {
      const lines = Array.from(client, line);
      const texts = Array.from({ length: 100 }, (_, index) => `text ${index}`);
      assertEquals(lines, ["activated", ...texts, "closed 1000 clean remote", "quit"]);
    }));

  it("ends its wait after readTimeout, or the call's own", () =>
    withPeer("sendsTwice", { readTimeout: 20 }, (client, peer) => {
      const lines = [line(client.read(2000)), line(client.read(2000))];
      assertEquals(lines, ["activated", "text first"]);
      assertEquals([client.read(), client.read(0), client.read(5)], [undefined, undefined, undefined]);
      peer.board.open();
      assertEquals(line(client.read(2000)), "text second");
      client.close();
      assertEquals(line(client.read(2000)), "closed 1000 clean local");
      assertEquals(line(client.read(2000)), "quit");
    }));

  it("events read are the reader's own: nothing changes them afterwards", () =>
    withPeer("echo", {}, (client) => {
      client.read();
      client.sendBinary(new Uint8Array([1]));
      client.sendBinary(new Uint8Array([2]));
      const [first, second] = [client.read(), client.read()];
      assertEquals([first, second].map((event) => event?.type === "binary" && event.data[0]), [1, 2]);
      client.close();
      for (const _ of client);
    }));
});

describe("BlockingClient.run", () => {
  it("calls back on this thread: turns of onPoll, then a message or onIdle", () =>
    withPeer("sendsTwice", { readTimeout: 10 }, (client, peer) => {
      const calls: string[] = [];
      const close = client.run({
        onActivated: () => calls.push("activated"),
        onPoll: () => calls.push("poll"),
        onIdle: () => {
          if (calls.at(-2) !== "idle") calls.push("idle");
          peer.board.open();
        },
        onTextMessage: (client, { text }) => {
          calls.push(text);
          if (text === "second") client.close();
        },
        onConnectionClosed: () => calls.push("closed"),
        onError: () => calls.push("error"),
        onQuit: () => calls.push("quit"),
      });
      assertEquals(close, { code: 1000, reason: "", wasClean: true, initiator: "local" });
      const kinds = calls.filter((call) => call !== "poll" && call !== "idle");
      assertEquals(kinds, ["activated", "first", "second", "closed", "quit"]);
      assert(calls.includes("idle"), "turns without a message have an onIdle");
      const isInOrder = calls.every((call, index) => call !== "idle" || calls[index - 1] === "poll");
      assert(isInOrder, calls.join());
    }));

  for (const transport of [undefined, "syscall"] as const) {
    it(`without readTimeout a wait that brings a message is no idle turn, ${transport}`, () =>
      withPeer("sendsTwice", { transport }, (client, peer) => {
        const calls: string[] = [];
        client.run({
          onPoll: () => calls.push("poll"),
          onIdle: () => calls.push("idle"),
          onTextMessage: (client, { text }) => {
            calls.push(text);
            peer.board.open();
            if (text === "second") client.close();
          },
        });
        const texts = calls.slice(0, calls.indexOf("second") + 1).filter((call) => call !== "poll");
        assertEquals(texts, ["first", "second"]);
      }));
  }

  it("a callback that throws ends it, and nothing but onQuit follows", () =>
    withPeer("counts", {}, (client) => {
      const calls: string[] = [];
      const mine = new RangeError("mine");
      const error = assertThrows(() =>
        client.run({
          onPoll: () => calls.push("poll"),
          onTextMessage: (_, { text }) => {
            calls.push(text);
            throw mine;
          },
          onConnectionClosed: () => calls.push("closed"),
          onError: () => calls.push("error"),
          onQuit: () => calls.push("quit"),
        })
      );
      assertStrictEquals(error, mine);
      assertEquals(calls.filter((call) => call !== "poll"), ["0", "quit"]);
      assertEquals(client.state, "closed");
    }));

  it("forceQuit: nothing but onQuit follows, though messages have arrived", () =>
    withPeer("counts", {}, (client) => {
      const calls: string[] = [];
      const close = client.run({
        onPoll: () => calls.at(-1) === "poll" || calls.push("poll"),
        onTextMessage: (client, { text }) => {
          calls.push(text);
          if (text === "3") client.forceQuit();
        },
        onConnectionClosed: () => calls.push("closed"),
        onQuit: () => calls.push("quit"),
      });
      const texts = calls.filter((call) => call !== "poll");
      assertEquals(texts, ["0", "1", "2", "3", "quit"]);
      assertEquals(calls.slice(-2), ["3", "quit"], "no turn begins");
      assertEquals(describeClose(close), "1006 not clean local");
    }));

  it("follows reading", () =>
    withPeer("counts", {}, (client) => {
      assertEquals([client.read(), client.read()].map(line), ["activated", "text 0"]);
      let messages = 0;
      client.run({ onTextMessage: () => void messages++ });
      assertEquals(messages, 99);
    }));

  it("cannot be mixed with read, nor run twice", () =>
    withPeer("counts", {}, (client) => {
      const codes: string[] = [];
      const code = (call: () => unknown) => codes.push(assertThrows(call, WebSocketError).code);
      client.run({
        onActivated: () => {
          code(() => client.read());
          code(() => client.run({}));
        },
      });
      code(() => client.run({}));
      code(() => client.read());
      assertEquals(codes, [
        "SocketUnavailable",
        "SocketUnavailable",
        "SocketUnavailable",
        "ConnectionClosed",
      ]);
    }));
});

describe("BlockingClient sending", () => {
  it("returns when the system has taken the bytes", () =>
    withPeer("deaf", { closeTimeout: 3000 }, (client, peer) => {
      client.sendBinary(new Uint8Array(1000));
      assertEquals(client.bufferedAmount, 0);
      peer.board.open();
      client.close();
      for (const _ of client);
      assertEquals(peer.board.count, 1000);
    }));

  it("waits no longer than writeTimeout; what was begun may still arrive", () =>
    withPeer("deaf", { writeTimeout: 100, closeTimeout: 3000 }, (client, peer) => {
      const size = 16 * 1024 * 1024;
      const error = assertThrows(() => client.sendBinary(new Uint8Array(size)), WebSocketError);
      assertEquals([error.code, error.phase], ["Timeout", "write"]);
      peer.board.open();
      client.close();
      assertEquals(Array.from(client, line), ["activated", "closed 1000 clean local", "quit"]);
      assertEquals(peer.board.count, size);
    }));

  it("fills the channel when the peer does not read, and then waits no longer either", () =>
    withPeer(
      "deafForEver",
      { writeTimeout: 30, closeTimeout: 100, controlCapacity: 65_536 },
      (client, peer) => {
        const message = new Uint8Array(8 * 1024 * 1024);
        for (let round = 0; round < 4; round++) {
          const error = assertThrows(() => client.sendBinary(message), WebSocketError);
          assertEquals([error.code, error.phase], ["Timeout", "write"]);
        }
        client.close();
        assertEquals(Array.from(client, line), ["activated", "error Timeout close", "quit"]);
        peer.board.open();
      },
    ));

  it("and receiving do not wait for each other", () =>
    withPeer("bothWays", { writeTimeout: 4000 }, (client) => {
      for (let number = 0; number < BOTH_WAYS / MESSAGE_SIZE; number++) {
        client.sendBinary(numberedMessage(number));
      }
      assertEquals(line(client.read()), "activated");
      for (let number = 0; number < BOTH_WAYS / MESSAGE_SIZE; number++) {
        const event = client.read();
        assert(event?.type === "binary" && isNumberedMessage(event.data, number), `message ${number}`);
      }
      assertEquals(Array.from(client, line), ["closed 1000 clean remote", "quit"]);
    }));

  it("corked leaves in one write", () =>
    withPeer("hearsTogether", {}, (client, peer) => {
      const answer = client.cork(() => {
        for (let number = 1; number <= 9; number++) client.sendText(`${number}`);
        return client.cork(() => client.sendText("0")) && "answer";
      });
      assertEquals(answer, "answer");
      peer.board.waitCount(1);
      assertEquals(peer.board.count, 10);
      client.close();
      for (const _ of client);
    }));

  it("corked by a function that throws, or that closes, leaves too", () =>
    withPeer("echo", {}, (client) => {
      assertThrows(() =>
        client.cork(() => {
          client.sendText("before");
          throw new RangeError("mine");
        }), RangeError);
      client.cork(() => {
        client.sendText("last");
        client.close();
      });
      const lines = Array.from(client, line);
      assertEquals(lines, ["activated", "text before", "text last", "closed 1000 clean local", "quit"]);
    }));

  it("of what a connection that was lost meanwhile did not take throws", () =>
    withPeer("resets", {}, (client, peer) => {
      peer.board.open();
      const error = assertThrows(() => {
        for (;;) client.sendBinary(new Uint8Array(1024 * 1024));
      }, WebSocketError);
      assertEquals(error.code, "ConnectionClosed");
      assertEquals(Array.from(client, line), ["activated", "closed 1006 not clean none", "quit"]);
    }));
});

describe("BlockingClient while the caller computes", () => {
  it("answers pings and completes the closing handshake", () =>
    withPeer("pingsAndCloses", {}, (client, peer) => {
      // This thread does nothing for the connection.
      peer.board.waitOpen();
      assertThrows(() => client.sendText("late"), WebSocketError);
      const lines = Array.from(client, line);
      assertEquals(lines, ["activated", "text first", "ping", "closed 3000 clean remote done", "quit"]);
    }));

  it("a dead peer is found by keepAlive, which ends a read without a limit", () =>
    withPeer("listens", { keepAlive: { interval: 30, timeout: 30 } }, (client) => {
      assertEquals(Array.from(client, line), ["activated", "error Timeout keepAlive", "quit"]);
    }));
});

describe("BlockingClient leaving", () => {
  it("using sends Close and waits for the end", () =>
    withPeer("echo", {}, (connected) => {
      {
        using client = connected;
        client.sendText("unread");
      }
      assertEquals(connected.state, "closed");
    }));

  it("using ends in bounded time though the peer is deaf", () =>
    withPeer("deafForEver", { writeTimeout: 30, closeTimeout: 100 }, (connected, peer) => {
      {
        using client = connected;
        assertThrows(() => client.sendBinary(new Uint8Array(16 * 1024 * 1024)), WebSocketError);
      }
      assertEquals(connected.state, "closed");
      peer.board.open();
    }));

  it("forceQuit drops what has not been read", () =>
    withPeer("counts", {}, (client) => {
      assertEquals([client.read(), client.read()].map(line), ["activated", "text 0"]);
      client.forceQuit();
      assertEquals(Array.from(client, line), ["quit"]);
    }));

  it("its signal, aborted in a callback, ends it with the signal's reason", () => {
    const controller = new AbortController();
    const reason = new RangeError("mine");
    return withPeer("echo", { signal: controller.signal }, (client) => {
      let told: WebSocketError | undefined;
      const close = client.run({
        onActivated: () => controller.abort(reason),
        onError: (_, error) => told = error,
      });
      assertEquals([told?.code, told?.cause], ["Aborted", reason]);
      assertStrictEquals(close.error, told);
    });
  });
});

for (const spinWaitDuration of [null, 1, 20]) {
  describe(`BlockingClient, spinWaitDuration ${spinWaitDuration}`, () => {
    it("echoes in order", () =>
      withPeer("echo", { spinWaitDuration }, (client) => {
        client.read();
        for (let round = 0; round < 10; round++) {
          client.sendText(`${round}`);
          assertEquals(line(client.read()), `text ${round}`);
        }
        client.close();
        assertEquals(Array.from(client, line), ["closed 1000 clean local", "quit"]);
      }));
  });
}
