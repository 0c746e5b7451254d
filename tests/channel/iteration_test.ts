import { clearImmediate, setImmediate } from "node:timers";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createChannel } from "../../src/channel/channel.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";
import { bounded } from "./other_thread.ts";

function setUp() {
  const { sender, receiver } = createChannel(bytesCodec, { capacity: 1024 });
  return { sender, receiver, items: receiver[Symbol.asyncIterator]() };
}

const DONE = { done: true, value: undefined } as const;

function item(seed: number) {
  return { done: false, value: pattern(1, seed) } as const;
}

describe("an iteration over a channel", () => {
  it("gives items that are there and items that come, in order of the calls", async () => {
    const { sender, items } = setUp();
    sender.trySend(pattern(1, 0));
    assertEquals(await items.next(), item(0));
    const pending = [items.next(), items.next(), items.next()];
    for (let seed = 1; seed < 3; seed++) sender.trySend(pattern(1, seed));
    sender.closeChannel();
    assertEquals(await bounded(Promise.all(pending), "items"), [item(1), item(2), DONE]);
    assertEquals([await items.next(), await items.next()], [DONE, DONE]);
  });

  it("takes its turn behind a receive that is pending", async () => {
    const { sender, receiver, items } = setUp();
    const first = receiver.receive();
    const second = items.next();
    for (let seed = 0; seed < 2; seed++) sender.trySend(pattern(1, seed));
    assertEquals(await bounded(Promise.all([first, second]), "both"), [pattern(1, 0), item(1)]);
  });

  it("that was left gives nothing more, and takes nothing", async () => {
    const { sender, receiver, items } = setUp();
    sender.trySend(pattern(1));
    assertEquals(await items.return(), DONE);
    assertEquals(await items.next(), DONE);
    assertEquals(receiver.tryReceive(), pattern(1));
  });

  it("that an error is thrown into fails with it, and is over", async () => {
    const { sender, items } = setUp();
    sender.trySend(pattern(1));
    const error = new Error("enough");
    assertStrictEquals(await assertRejects(() => items.throw(error)), error);
    assertEquals(await items.next(), DONE);
  });

  it("is over when it is disposed of", async () => {
    const { sender, receiver } = setUp();
    sender.trySend(pattern(1));
    const items = receiver[Symbol.asyncIterator]();
    {
      await using disposed = items;
      assertStrictEquals(disposed[Symbol.asyncIterator](), items);
    }
    assertEquals([await items.next(), receiver.tryReceive()], [DONE, pattern(1)]);
  });

  it("is one of several, which share the items", async () => {
    const { sender, receiver } = setUp();
    for (let seed = 0; seed < 4; seed++) sender.trySend(pattern(1, seed));
    sender.closeChannel();
    const seen: Uint8Array[][] = [[], []];
    await Promise.all(seen.map(async (mine) => {
      for await (const bytes of receiver) mine.push(bytes);
    }));
    assertEquals(seen.flat().map(([first]) => first).sort((a, b) => a - b), [0, 31, 62, 93]);
    assert(seen.every((mine) => mine.length > 0), "both got some");
  });

  it("lets the event loop have its turns, however many items are there", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 64 * 1024 });
    while (sender.trySend(pattern(8)).sent);
    sender.closeChannel();
    let count = 0;
    let turns = 0;
    const turn = (): void => {
      turns++;
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    for await (const _ of receiver) count++;
    clearImmediate(turning);
    assertEquals(count, 64 * 1024 / 16);
    assert(turns >= count / 512 - 1, `${turns} turns for ${count} items`);
  });
});
