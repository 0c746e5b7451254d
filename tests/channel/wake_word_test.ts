import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { WakeWord } from "../../src/channel/wake_word.ts";

function setUp(): { words: Int32Array; wakeWord: WakeWord } {
  const words = new Int32Array(new SharedArrayBuffer(4));
  return { words, wakeWord: new WakeWord(words, 0) };
}

describe("wake word", () => {
  it("does nothing when nobody is armed", () => {
    const { words, wakeWord } = setUp();
    wakeWord.wake();
    assertEquals(words[0], 0);
  });

  it("makes the ticket of whoever was armed stale, once", () => {
    const { words, wakeWord } = setUp();
    assertEquals([wakeWord.arm(), wakeWord.arm()], [1, 1]);
    wakeWord.wake();
    wakeWord.wake();
    assertEquals(words[0], 2);
    assertEquals(wakeWord.arm(), 3);
  });

  it("does not sleep when the wake came between arming and sleeping", () => {
    const { wakeWord } = setUp();
    const ticket = wakeWord.arm();
    wakeWord.wake();
    assertEquals(wakeWord.sleep(ticket, 60_000), "not-equal");
    assertEquals(wakeWord.sleepAsync(ticket, 60_000), "not-equal");
  });

  it("is not taken in by somebody who armed again after the wake", () => {
    const { wakeWord } = setUp();
    const ticket = wakeWord.arm();
    wakeWord.wake();
    wakeWord.arm();
    assertEquals(wakeWord.sleep(ticket, 60_000), "not-equal");
  });

  it("sleeps no longer than it may", () => {
    const { wakeWord } = setUp();
    assertEquals(wakeWord.sleep(wakeWord.arm(), 1), "timed-out");
  });

  it("goes round when it has counted to the end", () => {
    const { words, wakeWord } = setUp();
    words[0] = -2;
    assertEquals(wakeWord.arm(), -1);
    wakeWord.wake();
    assertEquals(words[0], 0);
  });
});
