import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createChannel } from "../../src/channel/channel.ts";
import { Ring } from "../../src/channel/ring.ts";
import { RingWriter } from "../../src/channel/ring_writer.ts";
import { StallWatch } from "../../src/channel/stall_watch.ts";
import { BLOCKED, BUSY, DONE, type Status } from "../../src/channel/status.ts";
import { Waiting } from "../../src/channel/waiting.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";

/** Attempts before a wait arms and looks once more: the first, and those in which it spins. */
const BEFORE_ARMING = 17;

/** An attempt that answers these, one after the other, then `DONE`. */
function attempts(...statuses: readonly Status[]): () => Status {
  const left = [...statuses];
  return () => left.shift() ?? DONE;
}

describe("waiting", () => {
  it("does not sleep for what has changed since it was armed for another thing", async () => {
    const ring = Ring.create(128);
    const waiting = new Waiting(ring, "receiver", {});
    // Asleep, it would wait for five seconds: nobody wakes it.
    const changes = attempts(...Array.from({ length: BEFORE_ARMING }, () => BUSY as Status), BLOCKED);
    const before = performance.now();
    assertEquals(waiting.wait(changes, Infinity), DONE);
    assertEquals(await waiting.waitAsync(attempts(BUSY, BLOCKED)), DONE);
    assert(performance.now() - before < 4000, "it slept");
  });

  for (const stallLimit of [0, -1, NaN]) {
    it(`refuses a stallLimit of ${stallLimit}`, () => {
      const error = assertThrows(
        () => createChannel(bytesCodec, { capacity: 128, stallLimit }),
        WebSocketError,
        `stallLimit must be a positive number of milliseconds: ${stallLimit}`,
      );
      assertEquals(error.code, "InvalidConfiguration");
    });
  }
});

describe("what is taken for dead", () => {
  /** What a watch with a limit of a moment says in two looks that are further apart. */
  function verdict(ring: Ring, side: "sender" | "receiver", status: Status): string {
    const watch = new StallWatch(ring, side, 1);
    watch.check(status);
    const end = performance.now() + 2;
    while (performance.now() < end);
    try {
      watch.check(status);
      return "alive";
    } catch (error) {
      return (error as WebSocketError).code;
    }
  }

  it("a receiver that holds the lock, when another one waits for it and there is something to read", () => {
    const ring = Ring.create(128);
    assertEquals(verdict(ring, "receiver", BUSY), "alive", "nobody holds the lock");
    assert(ring.receiveLock.tryTake());
    assertEquals(verdict(ring, "receiver", BUSY), "alive", "there is nothing to read");
    new RingWriter(ring).tryEncode(bytesCodec, pattern(8));
    assertEquals(verdict(ring, "receiver", BUSY), "Timeout");
    ring.receiveLock.give();
    assertEquals(verdict(ring, "receiver", BUSY), "alive", "the lock was given back");
  });

  it("a receiver that holds the lock within a call, when a sender waits for room", () => {
    const ring = Ring.create(128);
    assert(ring.receiveLock.tryTake());
    assertEquals(verdict(ring, "sender", BLOCKED), "Timeout");
    ring.receiveLock.park();
    assertEquals(verdict(ring, "sender", BLOCKED), "alive", "it is between two calls");
  });

  it("a sender that holds the lock while there is room", () => {
    const ring = Ring.create(128);
    assert(ring.sendLock.tryTake());
    assertEquals([verdict(ring, "sender", BUSY), verdict(ring, "receiver", BLOCKED)], ["Timeout", "Timeout"]);
    ring.sendLock.give();
    new RingWriter(ring).tryEncode(bytesCodec, pattern(80));
    assert(ring.sendLock.tryTake());
    assertEquals([verdict(ring, "sender", BUSY), verdict(ring, "receiver", BLOCKED)], ["alive", "alive"]);
  });
});
