import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { test } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { attemptDelay, dial, interleave, race } from "../../src/transport/dial.ts";
import type { Address } from "../../src/transport/lookup.ts";
import { turns } from "./changes.ts";

const v4 = (n: number): Address => ({ address: `192.0.2.${n}`, family: 4 });
const v6 = (n: number): Address => ({ address: `2001:db8::${n}`, family: 6 });

/** A race whose attempts succeed, fail, and come round when the test says so. */
class Course {
  readonly started: string[] = [];
  readonly aborted: string[] = [];
  readonly discarded: string[] = [];
  readonly delays: number[] = [];
  readonly #attempts = new Map<string, PromiseWithResolvers<string>>();
  #scheduled: (() => void) | undefined;

  run(addresses: readonly Address[], signal = new AbortController().signal): Promise<string> {
    return race<string>(addresses, {
      signal,
      attempt: ({ address }, signal) => {
        this.started.push(address);
        signal.addEventListener("abort", () => this.aborted.push(address));
        const attempt = Promise.withResolvers<string>();
        this.#attempts.set(address, attempt);
        return attempt.promise;
      },
      discard: (connection) => this.discarded.push(connection),
      schedule: (callback, delay) => {
        this.delays.push(delay);
        this.#scheduled = callback;
        return () => {
          if (this.#scheduled === callback) this.#scheduled = undefined;
        };
      },
    });
  }

  /** Whether another attempt is to begin by itself. */
  get waiting(): boolean {
    return this.#scheduled !== undefined;
  }

  async delayPasses(): Promise<void> {
    const callback = this.#scheduled;
    this.#scheduled = undefined;
    callback?.();
    await turns(1);
  }

  async succeed({ address }: Address): Promise<void> {
    this.#attempts.get(address)!.resolve(address);
    await turns(1);
  }

  async fail({ address }: Address): Promise<void> {
    this.#attempts.get(address)!.reject(new Error(address));
    await turns(1);
  }
}

test("RFC 8305 §4: families take turns, beginning with the system's first", () => {
  assertEquals(interleave([v6(1), v6(2), v6(3), v4(1)]), [v6(1), v4(1), v6(2), v6(3)]);
  assertEquals(interleave([v4(1), v6(1), v4(2), v6(2)]), [v4(1), v6(1), v4(2), v6(2)]);
  assertEquals(interleave([v4(1), v4(2)]), [v4(1), v4(2)]);
  assertEquals(interleave([]), []);
});

test("race: the first address alone is tried at once, and its connection is the result", async () => {
  const course = new Course();
  const result = course.run([v6(1), v4(1)]);
  assertEquals(course.started, [v6(1).address]);
  await course.succeed(v6(1));
  assertEquals(await result, v6(1).address);
  assertEquals(course.started, [v6(1).address]);
  assert(!course.waiting, "a timer was left behind");
});

test("race: the next address is tried after 250 ms, and the one before goes on", async () => {
  const course = new Course();
  const result = course.run([v6(1), v4(1), v6(2)]);
  await course.delayPasses();
  await course.delayPasses();
  assertEquals(course.started, [v6(1).address, v4(1).address, v6(2).address]);
  assertEquals(course.aborted, []);
  assertEquals(course.delays, [attemptDelay, attemptDelay]);
  assertEquals(attemptDelay, 250);
  await course.succeed(v6(1));
  assertEquals(await result, v6(1).address);
  assertEquals(course.aborted, [v4(1).address, v6(2).address]);
});

test("race: the next address is tried at once when one fails, and the delay begins anew", async () => {
  const course = new Course();
  const result = course.run([v6(1), v4(1), v6(2)]);
  await course.fail(v6(1));
  assertEquals(course.started, [v6(1).address, v4(1).address]);
  assertEquals(course.delays, [attemptDelay, attemptDelay]);
  await course.succeed(v4(1));
  assertEquals(await result, v4(1).address);
  assert(!course.waiting, "a timer was left behind");
});

test("race: a connection that comes after the winner's is discarded", async () => {
  const course = new Course();
  const result = course.run([v6(1), v4(1)]);
  await course.delayPasses();
  await course.succeed(v4(1));
  await course.succeed(v6(1));
  assertEquals(await result, v4(1).address);
  assertEquals(course.discarded, [v6(1).address]);
});

test("race: the winner's signal never aborts", async () => {
  const course = new Course();
  const controller = new AbortController();
  const result = course.run([v6(1)], controller.signal);
  await course.succeed(v6(1));
  await result;
  controller.abort();
  assertEquals(course.aborted, []);
});

test("race: all fail: every error is there, in the order of failing", async () => {
  const course = new Course();
  const result = assertRejects(() => course.run([v6(1), v4(1), v6(2)]), AggregateError);
  await course.delayPasses();
  await course.fail(v4(1));
  await course.fail(v6(1));
  await course.fail(v6(2));
  const { errors } = await result;
  assertEquals(errors.map((error: Error) => error.message), [v4(1), v6(1), v6(2)].map((a) => a.address));
});

test("race: a failure waits for the attempts that still run", async () => {
  const course = new Course();
  const result = course.run([v6(1), v4(1)]);
  await course.delayPasses();
  await course.fail(v4(1));
  await course.succeed(v6(1));
  assertEquals(await result, v6(1).address);
});

test("race: the only address fails: its own error is the result", async () => {
  const course = new Course();
  const result = assertRejects(() => course.run([v4(1)]), Error, v4(1).address);
  await course.fail(v4(1));
  assert(!(await result instanceof AggregateError));
});

test("race: aborting rejects with the reason, aborts what runs, and discards what comes", async () => {
  const course = new Course();
  const controller = new AbortController();
  const reason = new Error("enough");
  const result = assertRejects(() => course.run([v6(1), v4(1), v6(2)], controller.signal), Error, "enough");
  await course.delayPasses();
  controller.abort(reason);
  assertStrictEquals(await result, reason);
  assertEquals(course.aborted, [v6(1).address, v4(1).address]);
  assert(!course.waiting, "a timer was left behind");
  await course.succeed(v4(1));
  await course.fail(v6(1));
  assertEquals(course.discarded, [v4(1).address]);
  assertEquals(course.started, [v6(1).address, v4(1).address]);
});

test("race: with a signal that has aborted, nothing is tried", async () => {
  const course = new Course();
  await assertRejects(() => course.run([v4(1)], AbortSignal.abort(new Error("enough"))), Error, "enough");
  assertEquals(course.started, []);
});

interface DialResult {
  readonly tried: string[];
  readonly phases: string[];
}

async function dialed(host: string): Promise<DialResult> {
  const tried: string[] = [];
  const phases: string[] = [];
  const context = {
    signal: new AbortController().signal,
    enterPhase: (phase: string) => void phases.push(phase),
  };
  await dial({ host, port: 1 }, context, {
    attempt: ({ address, family }) => {
      tried.push(`${address}/${family}`);
      return tried.length < 2 && host === "localhost"
        ? Promise.reject(new Error("no"))
        : Promise.resolve("yes");
    },
    discard: () => {},
  });
  return { tried, phases };
}

test("dial: an IP address is not looked up", async () => {
  assertEquals(await dialed("127.0.0.1"), { tried: ["127.0.0.1/4"], phases: ["tcp"] });
  assertEquals(await dialed("::1"), { tried: ["::1/6"], phases: ["tcp"] });
});

test("RFC 6761 §6.3: localhost means both loopback addresses", async () => {
  const { tried, phases } = await dialed("localhost");
  assertEquals(tried.toSorted(), ["127.0.0.1/4", "::1/6"]);
  assertEquals(phases, ["lookup", "tcp"]);
});

test("dial: a name without an address is ConnectionFailed and names the host", async () => {
  // A label may have 63 characters (RFC 1035 §2.3.4), so no name server is asked.
  const host = `${"a".repeat(64)}.invalid`;
  const error = await assertRejects(
    () => dialed(host),
    WebSocketError,
    `Cannot look up ${host}: no such name`,
  );
  assertEquals(error.code, "ConnectionFailed");
  assert(error.cause instanceof Error);
});

test("dial: what every address failed with is told, each reason once", async () => {
  const errors = [
    Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("y"), { code: "ENETUNREACH" }),
  ];
  const context = { signal: new AbortController().signal, enterPhase: () => {} };
  const error = await assertRejects(
    () => {
      let n = 0;
      return dial({ host: "localhost", port: 8080 }, context, {
        attempt: () => Promise.reject(errors[n++]),
        discard: () => {},
      });
    },
    WebSocketError,
    "Cannot connect to localhost:8080: connection refused, network unreachable",
  );
  assert(error.cause instanceof AggregateError);
  assertEquals(error.cause.errors, errors);
});
