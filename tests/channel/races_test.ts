/**
 * What another thread may do between two steps of a call, done there by a word or a buffer that acts when it is looked
 * at. The same races, as they happen, are in `threads_test.ts`.
 *
 * @module
 */
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { CLOSED, HEAD, POSITION, TAIL } from "../../src/channel/layout.ts";
import { Ring } from "../../src/channel/ring.ts";
import { RingReader } from "../../src/channel/ring_reader.ts";
import { RingWriter } from "../../src/channel/ring_writer.ts";
import { BLOCKED, BUSY, DONE, ENDED } from "../../src/channel/status.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";

const KIB = 1024;

function setUp({ capacity = 128, position = 0 } = {}) {
  const ring = Ring.create(capacity);
  ring.control[HEAD] = ring.control[TAIL] = position;
  return { ring, writer: new RingWriter(ring), reader: new RingReader(ring, bytesCodec) };
}

function record(bytes: Uint8Array) {
  return { kind: 0, bytes, start: 0, end: bytes.length };
}

/** Bytes; just before they are copied, another thread does something. */
function bytesThat(meanwhile: () => void, length: number): Uint8Array {
  const bytes = pattern(length);
  return Object.assign(bytes, {
    subarray(start?: number, end?: number) {
      meanwhile();
      return Uint8Array.prototype.subarray.call(bytes, start, end);
    },
  });
}

/** Just before this property of the ring is looked at for the n-th time, another thread does something. */
function atLook(n: number, ring: Ring, name: "head" | "used", meanwhile: () => void): void {
  const { get } = Object.getOwnPropertyDescriptor(Ring.prototype, name)!;
  let looks = 0;
  Object.defineProperty(ring, name, {
    get() {
      if (++looks === n) meanwhile();
      return get!.call(ring);
    },
  });
}

/** Nothing was published, nothing can be read, nothing is locked. */
function assertEndedEmpty({ ring, reader }: ReturnType<typeof setUp>): void {
  assertEquals(reader.tryRead(), ENDED);
  assertEquals([ring.used, ring.sendLock.isTaken, ring.receiveLock.isTaken], [0, false, false]);
}

describe("the channel is closed meanwhile", () => {
  it("while a sender waits for the lock: it is told that it is closed, not busy", () => {
    const { ring, writer } = setUp();
    assert(ring.sendLock.tryTake());
    ring.close();
    assertEquals([writer.tryWrite(record(pattern(8))), writer.tryEncode(bytesCodec, pattern(8))], [
      ENDED,
      ENDED,
    ]);
  });

  it("while a record is copied: nobody gets it", () => {
    const subject = setUp();
    assertEquals(subject.writer.tryWrite(record(bytesThat(() => subject.ring.close(), 8))), ENDED);
    assertEndedEmpty(subject);
  });

  it("while a part of a record is copied: nobody gets it, and no further part is written", () => {
    const subject = setUp();
    let parts = 0;
    const bytes = bytesThat(() => {
      parts++;
      subject.ring.close();
    }, 200);
    assertEquals([subject.writer.write(record(bytes)), subject.writer.isStreaming], [ENDED, false]);
    assertEndedEmpty(subject);
    assertEquals(parts, 1);
  });

  it("before the filler is written that a record at the ring's end needs", () => {
    const subject = setUp({ position: 16 });
    const { ring, writer, reader } = subject;
    // Up to 16 bytes before the end: two headers, which no byte of a first part would fit behind.
    assertEquals(writer.tryWrite(record(pattern(88))), DONE);
    // The writer looks whether the record has room whole, whether a part has, and when it writes the part.
    atLook(3, ring, "head", () => ring.close());
    assertEquals(writer.write(record(pattern(200))), ENDED);
    assertEquals(ring.control[TAIL], 112 | CLOSED);
    assertEquals([reader.tryRead(), reader.take()], [DONE, pattern(88)]);
    assertEndedEmpty(subject);
  });

  it("before an empty ring is begun anew: it stays where it is", () => {
    const position = 200 * KIB;
    const subject = setUp({ capacity: 512 * KIB, position });
    const { ring, writer } = subject;
    const { receiveLock } = ring;
    const tryTake = receiveLock.tryTake.bind(receiveLock);
    receiveLock.tryTake = () => {
      ring.close();
      return tryTake();
    };
    assertEquals(writer.tryWrite(record(pattern(100 * KIB))), ENDED);
    assertEquals([ring.control[TAIL], ring.control[HEAD]], [position | CLOSED, position]);
    receiveLock.tryTake = tryTake;
    assertEndedEmpty(subject);
  });

  it("an empty ring that is closed is not begun anew", () => {
    const position = 200 * KIB;
    const subject = setUp({ capacity: 512 * KIB, position });
    subject.ring.close();
    assertEquals(subject.writer.tryWrite(record(pattern(100 * KIB))), ENDED);
    assertEquals(subject.ring.control[TAIL] & POSITION, position);
    assertEndedEmpty(subject);
  });
});

describe("another sender takes the lock meanwhile", () => {
  it("before a long record is begun: busy, and the record goes through later", () => {
    const { ring, writer, reader } = setUp();
    const long = record(pattern(200));
    atLook(1, ring, "used", () => assert(ring.sendLock.tryTake()));
    assertEquals([writer.write(long), writer.isStreaming, ring.used], [BUSY, false, 0]);
    ring.sendLock.give();
    assertEquals(writer.write(long), BLOCKED);
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(writer.write(long), DONE);
    assertEquals([reader.tryRead(), reader.take()], [DONE, pattern(200)]);
  });
});
