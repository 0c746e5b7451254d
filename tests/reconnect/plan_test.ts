import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type ReconnectPolicy, WebSocketError } from "../../mod.ts";
import { answered, failure, lost, Rehearsal } from "./rehearsal.ts";

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
