/** Who sleeps at one end is woken for what the other end does, but not for each of many things. */
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { createChannel } from "../../src/channel/channel.ts";
import { Ring } from "../../src/channel/ring.ts";
import { RingReader } from "../../src/channel/ring_reader.ts";
import { RingWriter } from "../../src/channel/ring_writer.ts";
import { BLOCKED, DONE, ENDED } from "../../src/channel/status.ts";
import type { WakeWord } from "../../src/channel/wake_word.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";
import { numberedMessage } from "./numbered.ts";
import { bounded, OtherThread, until } from "./other_thread.ts";
import { newSeed, Random } from "./random.ts";

const KIB = 1024;

function setUp(capacity: number) {
  const ring = Ring.create(capacity);
  return { ring, writer: new RingWriter(ring), reader: new RingReader(ring, bytesCodec) };
}

function record(length: number) {
  return { kind: 0, bytes: pattern(length), start: 0, end: length };
}

/** A turn of the event loop: a send that finds no room has gone to sleep. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Whether `act` wakes who sleeps on a word. */
function wakes(word: WakeWord, act: () => void): boolean {
  word.arm();
  act();
  return !word.isArmed;
}

describe("posted records", () => {
  it("can be read at once", () => {
    const { writer, reader } = setUp(128);
    for (let count = 0; count < 3; count++) assertEquals(writer.tryPost(record(8)), DONE);
    for (let count = 0; count < 3; count++) {
      assertEquals([reader.tryRead(), reader.take()], [DONE, pattern(8)]);
    }
    assertEquals(reader.tryRead(), BLOCKED);
  });

  it("wake a reader for the first of a row, and at its end", () => {
    const { ring: { data }, writer } = setUp(KIB);
    for (let row = 0; row < 2; row++) {
      assert(wakes(data, () => writer.tryPost(record(8))), "the first");
      assert(!wakes(data, () => writer.tryPost(record(8))), "the second");
      assert(!wakes(data, () => writer.tryPost(record(8))), "the third");
      assert(wakes(data, () => writer.announce()), "the end");
      assert(!wakes(data, () => writer.announce()), "nothing new");
    }
  });

  it("wake it at the end of a row of empty records, too", () => {
    const { ring: { data }, writer } = setUp(128);
    writer.tryPost(record(0));
    writer.tryPost(record(0));
    assert(wakes(data, () => writer.announce()));
  });

  it("wake nobody at the end of a row of one", () => {
    const { ring: { data }, writer } = setUp(128);
    writer.tryPost(record(8));
    assert(!wakes(data, () => writer.announce()));
  });

  it("wake a reader in the middle of a row when there have been many bytes", () => {
    const { ring: { data }, writer } = setUp(64 * KIB);
    let woken = 0;
    for (let count = 0; count < 32; count++) {
      if (wakes(data, () => assertEquals(writer.tryPost(record(KIB)), DONE))) woken++;
    }
    // The first, and from then on every 8 KiB.
    assertEquals(woken, 1 + 3);
    assert(wakes(data, () => writer.announce()));
  });

  it("wake a reader when there is no room for the next", () => {
    const { ring: { data }, writer } = setUp(128);
    for (let count = 0; count < 2; count++) writer.tryPost(record(40));
    assert(wakes(data, () => assertEquals(writer.tryPost(record(40)), BLOCKED)));
  });

  it("wake a reader when the ring has been closed", () => {
    const { ring, writer } = setUp(128);
    for (let count = 0; count < 2; count++) writer.tryPost(record(8));
    ring.close();
    assert(wakes(ring.data, () => assertEquals(writer.tryPost(record(8)), ENDED)));
  });

  it("are announced by any other write", () => {
    const { ring: { data }, writer } = setUp(256);
    const writes = [
      () => writer.tryWrite(record(8)),
      () => writer.tryEncode(bytesCodec, pattern(8)),
      () => writer.write(record(8)),
    ];
    for (const write of writes) {
      for (let count = 0; count < 2; count++) writer.tryPost(record(8));
      assert(wakes(data, write));
      assert(!wakes(data, () => writer.announce()), "nothing left to announce");
    }
  });

  it("do not overtake a send that waits, and are refused by a sender that has been released", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
    assertEquals(sender.postRecord(record(80)), "sent");
    const waiting = sender.send(pattern(81));
    assertEquals(sender.postRecord(record(8)), "full");
    assertEquals(receiver.tryReceive(), pattern(80));
    await bounded(waiting, "the send that waited");
    sender.release();
    assertEquals(sender.postRecord(record(8)), "closed");
    assertEquals(receiver.tryReceive(), pattern(81));
    assertEquals(receiver.tryReceive(), null);
  });

  it("reach a receive that waits on the event loop", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 4 * KIB });
    for (let row = 0; row < 20; row++) {
      const pending = Array.from({ length: 5 }, () => receiver.receive());
      for (let count = 0; count < 5; count++) assertEquals(sender.postRecord(record(count)), "sent");
      sender.announce();
      const received = await bounded(Promise.all(pending), `row ${row}`);
      assertEquals(received, Array.from({ length: 5 }, (_, length) => pattern(length)));
    }
  });
});

describe("a sender that waits for room", () => {
  /** A full ring of records of which each takes `size` bytes. */
  function full(capacity: number, size: number) {
    const parts = setUp(capacity);
    while (parts.writer.tryWrite(record(size - 8)) === DONE);
    return parts;
  }

  /** How many records are read before who waits for room is woken. */
  function readsUntilWoken({ ring, reader }: ReturnType<typeof setUp>): number {
    for (let reads = 1;; reads++) {
      if (wakes(ring.room, () => assertEquals(reader.tryRead(), DONE))) return reads;
    }
  }

  it("is woken when a quarter of a small ring is free", () => {
    const parts = full(4 * KIB, 64);
    assertEquals(readsUntilWoken(parts), 16);
    assertEquals(readsUntilWoken(parts), 1);
  });

  it("is woken when 64 KiB of a large ring are free", () => {
    assertEquals(readsUntilWoken(full(KIB * KIB, KIB)), 64);
  });

  it("is woken by the last record of any ring", () => {
    for (const [capacity, size] of [[128, 128], [128, 64], [256, 200], [KIB * KIB, KIB * KIB]]) {
      const parts = full(capacity, size);
      for (let left = Math.floor(capacity / size); left > 1; left--) {
        assertEquals(parts.reader.tryRead(), DONE);
      }
      assert(wakes(parts.ring.room, () => assertEquals(parts.reader.tryRead(), DONE)), `${size}`);
    }
  });

  it("is not woken for room that the reader remembers, and that has been filled since", () => {
    const { ring, writer, reader } = setUp(4 * KIB);
    for (let count = 0; count < 32; count++) writer.tryWrite(record(56));
    // From now on it knows of these 32.
    assertEquals(reader.tryRead(), DONE);
    while (writer.tryWrite(record(56)) === DONE);
    assert(!wakes(ring.room, () => reader.tryRead()));
  });

  it("finds a little room by itself, when the receiver takes one and stops", async () => {
    // With this limit it would look again on its own account after minutes.
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 64 * KIB, stallLimit: 600_000 });
    while (sender.trySend(pattern(KIB)).sent);
    const waiting = sender.send(pattern(KIB));
    await turn();
    assertEquals(receiver.tryReceive(), pattern(KIB));
    await bounded(waiting, "the send");
  });

  it("goes on while the reader assembles a message longer than the ring", () => {
    const { ring, writer, reader } = setUp(128);
    const long = record(1000);
    let steps = 0;
    while (writer.write(long) === BLOCKED) {
      assert(wakes(ring.room, () => reader.tryRead()), `step ${steps}`);
      steps++;
    }
    assertEquals([reader.tryRead(), reader.take()], [DONE, pattern(1000)]);
    assert(steps > 5);
  });
});

describe("rows of posted records to a thread that falls asleep between them", () => {
  for (const style of ["sync", "async"] as const) {
    it(`are all received, ${style}`, async () => {
      const seed = newSeed();
      console.log(`S9_SEED=${seed}`);
      const random = new Random(seed);
      const { sender, receiver } = createChannel(bytesCodec, { capacity: 16 * KIB });
      const ring = Ring.open(receiver.handle().memory);
      await using thread = await OtherThread.start({
        job: "receive",
        handle: receiver.handle(),
        style,
        seed: seed + 1,
      });
      let index = 0;
      for (let row = 0; row < 200; row++) {
        for (let left = random.below(40); left > 0; left--) {
          const bytes = numberedMessage(
            { sender: 0, index: index++ },
            random.below(random.below(10) === 0 ? 20 * KIB : 64),
          );
          const posted = { kind: 0, bytes, start: 0, end: bytes.length };
          // As a connection does: one that finds no room waits for it.
          if (sender.postRecord(posted) === "full") assertEquals(sender.sendRecordSync(posted, 4000), "sent");
        }
        sender.announce();
        // Who has not been woken sleeps for five seconds.
        await until(() => ring.used === 0, `row ${row} is received`);
        if (random.below(2) === 0) await until(() => ring.data.isArmed, "the other thread falls asleep");
      }
      sender.release();
      assertEquals(await thread.result(), Array.from({ length: index }, (_, index) => [0, index]));
      receiver.release();
    });
  }
});
