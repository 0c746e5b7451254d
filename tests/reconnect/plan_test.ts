import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { CloseInfo, Logger, ReconnectPolicy, ReconnectReason } from "../../mod.ts";
import { WebSocketError, type WebSocketErrorOptions } from "../../mod.ts";
import { splitPolicy } from "../../src/client/reconnect_options.ts";
import { ReconnectPlan } from "../../src/client/reconnect_plan.ts";
import { FastTime } from "./fast_time.ts";

/** A plan whose owner does nothing but what a test says. */
class Rehearsal {
  readonly time = new FastTime();
  readonly plan: ReconnectPlan;

  constructor(urls: string | readonly string[], policy: ReconnectPolicy = {}, logger?: Logger) {
    const { surroundings } = this.time;
    this.plan = new ReconnectPlan({ urls, policy: splitPolicy(policy).policy, logger, surroundings });
  }

  /** Waits as the plan wants, and begins an attempt; answers how long it waited for which URL. */
  attempt(): string {
    const { plan, time } = this;
    const delay = plan.state === "waiting" ? plan.delay : 0;
    time.advance(delay);
    plan.connecting();
    return `${delay} ${plan.target.href}`;
  }

  /** Attempts, all of which fail. */
  attempts(count: number, error: WebSocketError = refused()): string[] {
    return Array.from({ length: count }, () => {
      const line = this.attempt();
      this.plan.failed(error);
      return line;
    });
  }

  /** A connection that lasts so long. */
  connection(duration: number, close: CloseInfo = lost()): boolean {
    this.plan.opened();
    this.time.advance(duration);
    return this.plan.closed(close, false);
  }
}

const refused = () => new WebSocketError("ConnectionFailed", "Cannot connect: connection refused");
const lost = (): CloseInfo => ({ code: 1006, reason: "", wasClean: false, initiator: "none" });

function answered(status: number, ...headers: (readonly [string, string])[]): WebSocketError {
  const response = { status, headers, body: new Uint8Array() };
  return new WebSocketError("HandshakeFailed", `Cannot open the WebSocket: ${status}`, { response });
}

const failure = (code: WebSocketError["code"], options?: WebSocketErrorOptions) =>
  new WebSocketError(code, "mine", options);

describe("the plan of a reconnecting loop", () => {
  it("connects at once, then backs off", () => {
    const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, maxDelay: 5_000 });
    assertEquals(rehearsal.plan.state, "idle");
    assertEquals(rehearsal.attempts(6), [
      "0 ws://a/",
      "500 ws://a/",
      "1500 ws://a/",
      "3000 ws://a/",
      "3750 ws://a/",
      "3750 ws://a/",
    ]);
    assertEquals([rehearsal.plan.state, rehearsal.plan.attempt], ["waiting", 6]);
  });

  it("the first retry is anywhere between now and initialDelay, 5 s by default", () => {
    fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
      const rehearsal = new Rehearsal("ws://a/");
      rehearsal.time.chance = chance;
      rehearsal.attempts(1);
      assertEquals(rehearsal.plan.delay, Math.floor(chance * 5_000));
    }));
  });

  it("begins anew after a connection that was stable, not after one that was not", () => {
    const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, stableAfter: 2_000 });
    rehearsal.attempts(2);
    rehearsal.attempt();
    assert(rehearsal.connection(1_999));
    assertEquals([rehearsal.attempt(), rehearsal.plan.attempt], ["3000 ws://a/", 4]);
    assert(rehearsal.connection(2_000));
    assertEquals(rehearsal.plan.attempt, 0);
    assertEquals([rehearsal.attempt(), rehearsal.plan.attempt], ["500 ws://a/", 1]);
  });

  describe("with several URLs", () => {
    it("tries them in turn, and waits between rounds", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"], { initialDelay: 1_000 });
      assertEquals(rehearsal.attempts(5), [
        "0 ws://a/",
        "0 ws://b/",
        "500 ws://a/",
        "0 ws://b/",
        "1500 ws://a/",
      ]);
    });

    it("prefers the first after a stable connection, and goes on after one that was not", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/", "ws://c/"], { initialDelay: 1_000 });
      rehearsal.attempts(1);
      assertEquals(rehearsal.attempt(), "0 ws://b/");
      rehearsal.connection(5);
      assertEquals(rehearsal.attempt(), "0 ws://c/");
      rehearsal.connection(5);
      assertEquals(rehearsal.attempts(2), ["500 ws://a/", "0 ws://b/"]);
      assertEquals(rehearsal.attempts(2), ["0 ws://c/", "1500 ws://a/"]);
      assertEquals(rehearsal.attempt(), "0 ws://b/");
      rehearsal.connection(60_000);
      assertEquals(rehearsal.attempt(), "500 ws://a/");
    });

    it("Retry-After holds for the URL that said so; the others are tried meanwhile", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"], { initialDelay: 1_000, maxDelay: 2_000 });
      rehearsal.attempts(1, answered(503, ["retry-after", "5"]));
      // 5 s and half of initialDelay.
      const lines = rehearsal.attempts(6);
      assertEquals(lines, [
        "0 ws://b/",
        "500 ws://b/",
        "1500 ws://b/",
        "1500 ws://b/",
        "1500 ws://b/",
        "1500 ws://a/",
      ]);
    });

    it("who asked for patience is skipped, also behind the first", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/", "ws://c/"], {
        initialDelay: 1_000,
        maxDelay: 1_000,
      });
      rehearsal.attempts(1);
      rehearsal.attempts(1, answered(429, ["retry-after", "1"]));
      const lines = rehearsal.attempts(7);
      assertEquals(lines, [
        "0 ws://c/",
        "500 ws://a/",
        "0 ws://c/",
        "750 ws://a/",
        "0 ws://c/",
        "750 ws://a/",
        "0 ws://b/",
      ]);
    });

    it("ends when each one's latest failure was final, and not before", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"]);
      rehearsal.attempts(1, answered(404));
      rehearsal.attempts(1);
      rehearsal.attempts(1);
      rehearsal.attempts(1, answered(403));
      const last = answered(404);
      assertStrictEquals(assertThrows(() => rehearsal.attempts(1, last)), last);
      assertEquals(rehearsal.plan.state, "ended");
    });

    it("one that has been connected to is not final any more", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"]);
      rehearsal.attempts(1, answered(404));
      rehearsal.attempts(1);
      rehearsal.attempt();
      rehearsal.connection(0);
      rehearsal.attempts(1, answered(404));
      assertEquals(rehearsal.plan.state, "waiting");
    });

    it("what no server can do anything about ends it at once", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"]);
      assertThrows(() => rehearsal.attempts(1, failure("InvalidConfiguration")), WebSocketError, "mine");
    });
  });

  describe("Retry-After", () => {
    const wait = (error: WebSocketError, policy: ReconnectPolicy = {}): number => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, ...policy });
      rehearsal.attempts(1, error);
      return rehearsal.plan.delay;
    };

    it("is the least delay, to which chance adds", () => {
      assertEquals(wait(answered(503, ["retry-after", "120"])), 120_500);
      assertEquals(wait(answered(429, ["retry-after", "Thu, 01 Jan 1970 00:01:00 GMT"])), 60_500);
    });

    it("is obeyed up to maxRetryAfter, 5 minutes by default", () => {
      assertEquals(wait(answered(503, ["retry-after", "86400"])), 300_500);
      assertEquals(wait(answered(503, ["retry-after", "86400"]), { maxRetryAfter: 2_000 }), 2_500);
      assertEquals(wait(answered(503, ["retry-after", "9".repeat(400)])), 300_500);
    });

    it("does not shorten the delay", () => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000 });
      rehearsal.attempts(4);
      rehearsal.attempts(1, answered(503, ["retry-after", "1"]));
      assertEquals(rehearsal.plan.delay, 12_000);
    });

    it("that a timer could not keep is cut", () => {
      const longest = 2 ** 31 - 1;
      const error = answered(503, ["retry-after", "9999999999"]);
      assertEquals(wait(error, { maxRetryAfter: longest }), longest);
    });
  });

  describe("what is final", () => {
    const certificate = Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" });
    const denied = Object.assign(new Error("x"), { name: "NotCapable" });
    const final: Record<string, WebSocketError> = {
      "a certificate that does not hold": failure("TlsFailed", { cause: certificate }),
      "TLS that failed for a reason that nobody knows": failure("TlsFailed", { cause: new Error("x") }),
      "no permission to connect": failure("ConnectionFailed", { cause: denied }),
      "a thread that has failed": failure("Io"),
      "a thread that was closed": failure("Aborted"),
      "a bad URL": failure("InvalidUrl"),
    };
    const passing: Record<string, WebSocketError> = {
      "TLS that was broken off": failure("TlsFailed", {
        cause: Object.assign(new Error("x"), { code: "ECONNRESET" }),
      }),
      "a time-out": failure("Timeout", { phase: "tcp" }),
      "a name that is not found": failure("ConnectionFailed", { cause: new Error("x") }),
      "an answer that is none": failure("HandshakeFailed"),
      "an answer that is too long": failure("LimitExceeded"),
    };
    for (const status of [301, 308, 400, 401, 403, 404, 407, 410, 426, 451]) {
      final[`${status}`] = answered(status);
    }
    for (const status of [101, 200, 302, 307, 408, 425, 429, 500, 502, 503, 504]) {
      passing[`${status}`] = answered(status);
    }

    for (const [name, error] of Object.entries(final)) {
      it(`${name} is`, () => {
        const rehearsal = new Rehearsal("ws://a/");
        assertStrictEquals(assertThrows(() => rehearsal.attempts(1, error)), error);
        assertEquals([rehearsal.plan.state, rehearsal.plan.lastError], ["ended", error]);
      });
    }
    for (const [name, error] of Object.entries(passing)) {
      it(`${name} is not`, () => {
        const rehearsal = new Rehearsal("ws://a/");
        rehearsal.attempts(1, error);
        assertEquals([rehearsal.plan.state, rehearsal.plan.lastError], ["waiting", error]);
      });
    }

    it("no close code of a server is, nor what it did wrong", () => {
      for (const code of [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1010, 1011, 1012, 1013, 4000]) {
        const rehearsal = new Rehearsal("ws://a/");
        rehearsal.attempt();
        assert(rehearsal.connection(0, { ...lost(), code, initiator: "remote" }));
      }
      const rehearsal = new Rehearsal("ws://a/");
      rehearsal.attempt();
      const error = failure("ProtocolViolation");
      assert(rehearsal.connection(0, { ...lost(), initiator: "local", error }));
      assertEquals(rehearsal.plan.lastError, error);
    });

    it("what is no WebSocketError is thrown on", () => {
      const bug = new TypeError("x is not a function");
      assertStrictEquals(assertThrows(() => new Rehearsal("ws://a/").plan.failed(bug)), bug);
    });
  });

  describe("limits", () => {
    it("maxAttempts counts attempts in a row, all URLs together, and throws the last failure", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"], { maxAttempts: 3 });
      rehearsal.attempts(2);
      const last = failure("Timeout");
      assertStrictEquals(assertThrows(() => rehearsal.attempts(1, last)), last);
      assertEquals(rehearsal.plan.state, "ended");
    });

    it("a stable connection sets the count back; one that was not counts", () => {
      const rehearsal = new Rehearsal("ws://a/", { maxAttempts: 2 });
      for (let i = 0; i < 5; i++) {
        rehearsal.attempts(1);
        rehearsal.attempt();
        assert(rehearsal.connection(60_000));
      }
      rehearsal.attempts(1);
      rehearsal.attempt();
      const error = assertThrows(() => rehearsal.connection(10), WebSocketError, "1006");
      assertEquals(error.code, "ConnectionClosed");
    });

    it("the error that a connection ended with is the one thrown", () => {
      const rehearsal = new Rehearsal("ws://a/", { maxAttempts: 1 });
      rehearsal.attempt();
      const error = failure("ProtocolViolation");
      assertStrictEquals(assertThrows(() => rehearsal.connection(10, { ...lost(), error })), error);
    });

    it("maxElapsed: an attempt that would begin later is not waited for", () => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, maxElapsed: 2_000 });
      assertEquals(rehearsal.attempts(2), ["0 ws://a/", "500 ws://a/"]);
      rehearsal.attempt();
      const last = refused();
      // 2 s have passed, and 3 would have to be waited.
      assertStrictEquals(assertThrows(() => rehearsal.plan.failed(last)), last);
      assertEquals(rehearsal.time.now(), 2_000);
    });

    it("maxElapsed begins anew when a stable connection ends", () => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, maxElapsed: 2_000 });
      for (let i = 0; i < 3; i++) {
        rehearsal.attempts(1);
        rehearsal.attempt();
        assert(rehearsal.connection(60_000));
      }
    });
  });

  describe("shouldReconnect", () => {
    it("is asked with all that is known", () => {
      const reasons: ReconnectReason[] = [];
      const rehearsal = new Rehearsal("ws://a", { shouldReconnect: (reason) => void reasons.push(reason) });
      const error = refused();
      rehearsal.attempts(1, error);
      rehearsal.attempt();
      rehearsal.connection(60_000);
      rehearsal.attempt();
      const forbidden = answered(403);
      assertThrows(() => rehearsal.plan.failed(forbidden));
      assertEquals(reasons, [
        { url: "ws://a/", attempt: 1, error, isFinal: false },
        { url: "ws://a/", attempt: 0, error: undefined, close: lost(), isFinal: false },
        { url: "ws://a/", attempt: 1, error: forbidden, isFinal: true },
      ]);
    });

    it("true goes on after what is final", () => {
      const rehearsal = new Rehearsal("ws://a/", { shouldReconnect: () => true });
      rehearsal.attempts(10, answered(404));
      assertEquals(rehearsal.plan.state, "waiting");
    });

    it("false throws the failure to connect, and ends quietly after a connection", () => {
      const policy = { shouldReconnect: () => false };
      const error = refused();
      assertStrictEquals(assertThrows(() => new Rehearsal("ws://a/", policy).attempts(1, error)), error);
      const rehearsal = new Rehearsal("ws://a/", policy);
      rehearsal.attempt();
      assertEquals([rehearsal.connection(0), rehearsal.plan.state], [false, "ended"]);
    });

    it("what it throws is thrown on", () => {
      const mine = new RangeError("mine");
      const rehearsal = new Rehearsal("ws://a/", {
        shouldReconnect() {
          throw mine;
        },
      });
      assertStrictEquals(assertThrows(() => rehearsal.attempts(1)), mine);
      assertEquals(rehearsal.plan.state, "ended");
    });

    it("is called as a method of the options", () => {
      const options = {
        stop: false,
        shouldReconnect() {
          return !this.stop;
        },
      };
      const rehearsal = new Rehearsal("ws://a/", options);
      rehearsal.attempts(1);
      options.stop = true;
      assertThrows(() => rehearsal.attempts(1), WebSocketError, "refused");
    });
  });

  it("writes each attempt, delay and reason into the log", () => {
    const lines: string[] = [];
    const at = (level: string) => (line: string) => lines.push(`${level} ${line.replace(/\d+:/, "N:")}`);
    const logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
    const urls = ["ws://a/?token=secret", "ws://b:81/"];
    const rehearsal = new Rehearsal(urls, { initialDelay: 1_000, maxAttempts: 3 }, logger);
    rehearsal.attempts(1);
    rehearsal.attempt();
    rehearsal.connection(0, { ...lost(), code: 1012, initiator: "remote" });
    rehearsal.attempt();
    assertThrows(() => rehearsal.plan.failed(answered(503)));
    assertEquals(lines, [
      "info reconnect N: attempt 1: a",
      "warn reconnect N: Cannot connect: connection refused; next attempt in 0 ms",
      "info reconnect N: attempt 2: b:81",
      "warn reconnect N: the connection ended with 1012; next attempt in 500 ms",
      "info reconnect N: attempt 3: a",
      "error reconnect N: given up after 3 attempts, maxAttempts is 3: Cannot open the WebSocket: 503",
    ]);
  });
});
