import { after, before, describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { type CloseInfo, IoThread, reconnectSync, WebSocketError } from "../../mod.ts";
import { describeClose } from "../client/recorder.ts";
import { bounded } from "../client/setup.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { FastTime } from "./fast_time.ts";
import { styles } from "./styles.ts";

/** Servers that serve every style alike. */
let echo: PeerThread;
let refuses: PeerThread;
let thread: IoThread;
before(async () => {
  [echo, refuses] = await Promise.all([PeerThread.start("echo"), PeerThread.start("refuses")]);
  thread = new IoThread();
});
after(async () => {
  await thread.close();
  for (const peer of [echo, refuses]) await peer[Symbol.asyncDispose]();
});

for (const [name, style] of Object.entries(styles)) {
  describe(`reconnecting, ${name}`, () => {
    it("outlives refusals, resets, violations and Close, and ends by the close of its client", async () => {
      await using peer = await PeerThread.start("comesBack");
      const time = new FastTime();
      const closes: string[] = [];
      const options = { initialDelay: 1_000, maxRetryAfter: 60_000 };
      const loop = await bounded(
        "the loop",
        style({ urls: peer.url, options, time, thread }, (body) => {
          const { converse, loop } = body;
          const note = (close: CloseInfo) => {
            closes.push(`${loop.attempt} ${describeClose(close)} ${close.error?.code ?? ""}`.trimEnd());
            // Too late to be a wish to end.
            body.close();
            body.forceQuit();
          };
          const close = converse("hello");
          if (close instanceof Promise) return close.then(note);
          note(close);
        }),
      );
      assertEquals(closes, [
        "2 1006 not clean none Io",
        "3 1006 not clean local ProtocolViolation",
        "4 1012 clean remote",
        "5 1000 clean local",
      ]);
      // Retry-After and a bit; then the back-off where it stands.
      assertEquals(time.delays, [7_500, 1_500, 3_000, 6_000]);
      assertEquals([loop.state, loop.attempt, loop.nextDelay], ["ended", 5, undefined]);
      assertEquals(describeClose(loop.lastClose!), "1000 clean local");
      assertEquals(loop.lastError?.code, "ProtocolViolation");
      assertEquals(loop.current, undefined);
    });

    it("a body that ends early lets its client be closed, and has the next one", async () => {
      const clients: { readonly state: string }[] = [];
      const states: string[] = [];
      const time = new FastTime();
      await bounded(
        "the loop",
        style({ urls: echo.url, options: {}, time, thread }, ({ client, loop }) => {
          states.push(`${loop.state} ${clients.at(-1)?.state}`);
          clients.push(client);
          assertEquals(loop.current, client);
          if (clients.length === 3) return "break";
        }),
      );
      assertEquals(states, ["open undefined", "open closed", "open closed"]);
      assertEquals(clients.map(({ state }) => state), ["closed", "closed", "closed"]);
    });

    it("ends by forceQuit of its client, and by a close that nobody waits for", async () => {
      for (const end of ["forceQuit", "close"] as const) {
        let count = 0;
        const loop = await bounded(
          "the loop",
          style({ urls: echo.url, options: {}, time: new FastTime(), thread }, (body) => {
            count++;
            body[end]();
          }),
        );
        assertEquals([count, loop.state], [1, "ended"]);
      }
    });

    it("ends by its own close, in the body", async () => {
      let count = 0;
      await bounded(
        "the loop",
        style({ urls: echo.url, options: {}, time: new FastTime(), thread }, ({ loop, client }) => {
          count++;
          loop.close();
          assertEquals([loop.state, client.state === "open"], ["ended", false]);
        }),
      );
      assertEquals(count, 1);
    });

    it("ends by its signal, in the body", async () => {
      const abort = new AbortController();
      let count = 0;
      const loop = await bounded(
        "the loop",
        style({ urls: echo.url, options: { signal: abort.signal }, time: new FastTime(), thread }, () => {
          count++;
          abort.abort(new Error("enough"));
        }),
      );
      assertEquals([count, loop.state], [1, "ended"]);
      assertEquals(loop.lastError?.code, "Aborted");
      assertEquals((loop.lastError?.cause as Error).message, "enough");
    });

    it("makes no attempt with a signal that was aborted before", async () => {
      const options = { signal: AbortSignal.abort() };
      const urls = "ws://127.0.0.1:1";
      const loop = await style({ urls, options, time: new FastTime(), thread }, () => "break");
      assertEquals([loop.state, loop.attempt], ["ended", 0]);
    });

    it("throws a final refusal, with the server's response", async () => {
      const time = new FastTime();
      const error = await assertRejects(
        () => bounded("the loop", style({ urls: refuses.url, options: {}, time, thread }, () => "break")),
        WebSocketError,
      );
      assertEquals([error.code, error.response?.status, time.delays], ["HandshakeFailed", 403, []]);
    });

    it("throws the last failure when maxAttempts is over", async () => {
      const time = new FastTime();
      const urls = ["ws://127.0.0.1:1", "ws://127.0.0.1:2"];
      const options = { maxAttempts: 3, initialDelay: 1_000 };
      const error = await assertRejects(
        () => bounded("the loop", style({ urls, options, time, thread }, () => "break")),
        WebSocketError,
        "127.0.0.1:1",
      );
      assertEquals([error.code, time.delays], ["ConnectionFailed", [500]]);
    });

    it("throws what the body throws, and leaves nothing open", async () => {
      let state = () => "";
      const mine = new RangeError("mine");
      await assertRejects(
        () =>
          bounded(
            "the loop",
            style({ urls: echo.url, options: {}, time: new FastTime(), thread }, ({ client }) => {
              state = () => client.state;
              throw mine;
            }),
          ),
        RangeError,
        "mine",
      );
      assertEquals(state(), "closed");
    });
  });
}

describe("reconnectSync", () => {
  it("goes on for who catches what a callback threw", () => {
    const mine = new RangeError("mine");
    const handler = {
      onActivated() {
        throw mine;
      },
    };
    for (const options of [{ thread }, { transport: "syscall" } as const]) {
      let caught = 0;
      for (const client of reconnectSync(echo.url, { initialDelay: 2, ...options })) {
        assertStrictEquals(assertThrows(() => client.run(handler)), mine);
        if (++caught === 2) break;
      }
      assertEquals(caught, 2);
    }
  });
});
