import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows, fail } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import type { Codec } from "../../src/channel/codec.ts";
import { CLOSED, HEAD, LAST_READER, LAST_WRITER, TAIL } from "../../src/channel/layout.ts";
import { Ring } from "../../src/channel/ring.ts";
import { RingReader } from "../../src/channel/ring_reader.ts";
import { RingWriter } from "../../src/channel/ring_writer.ts";
import { BLOCKED, BUSY, DONE, ENDED } from "../../src/channel/status.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";

/** A ring of 128 bytes whose positions begin at `position`, with both ends. */
function setUp(position = 0): { ring: Ring; writer: RingWriter; reader: RingReader<Uint8Array> } {
  const ring = Ring.create(128);
  ring.control[HEAD] = ring.control[TAIL] = position;
  return { ring, writer: new RingWriter(ring), reader: new RingReader(ring, bytesCodec) };
}

function record(bytes: Uint8Array) {
  return { kind: 0, bytes, start: 0, end: bytes.length };
}

function read(reader: RingReader<Uint8Array>): Uint8Array {
  assertEquals(reader.tryRead(), DONE);
  return reader.take();
}

describe("ring", () => {
  it("has the next power of two, at least 128", () => {
    const capacities = [1, 127, 128, 129, 1000, 4096].map((capacity) => Ring.create(capacity).capacity);
    assertEquals(capacities, [128, 128, 128, 256, 1024, 4096]);
  });

  for (const capacity of [0, -1, NaN, Infinity, 2 ** 30 + 1]) {
    it(`refuses a capacity of ${capacity}`, () => {
      const error = assertThrows(() => Ring.create(capacity), WebSocketError, String(capacity));
      assertEquals(error.code, "InvalidConfiguration");
    });
  }

  it("opens only the memory of a ring", () => {
    assertThrows(() => Ring.open(new SharedArrayBuffer(4096)), WebSocketError);
    assertThrows(() => Ring.open(new SharedArrayBuffer(0)), WebSocketError);
    assertThrows(() => Ring.open(new ArrayBuffer(4096) as unknown as SharedArrayBuffer), WebSocketError);
    assertEquals(Ring.open(Ring.create(4096).shared).capacity, 4096);
  });

  it("takes 8 bytes of header and the payload padded to 8", () => {
    const { ring, writer } = setUp();
    const used = [0, 1, 8, 9].map((length) => {
      assertEquals(writer.tryWrite(record(pattern(length))), DONE);
      return ring.used;
    });
    assertEquals(used, [8, 24, 40, 64]);
  });

  it("is empty, full, and empty again", () => {
    const { ring, writer, reader } = setUp();
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(writer.tryWrite(record(pattern(120))), DONE);
    assertEquals(ring.used, 128);
    assertEquals(writer.tryWrite(record(pattern(0))), BLOCKED);
    assertEquals(writer.tryEncode(bytesCodec, pattern(0)), BLOCKED);
    assertEquals(read(reader), pattern(120));
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(writer.tryWrite(record(pattern(0))), DONE);
    assertEquals(read(reader), pattern(0));
  });

  it("gives every record back whole from every place in the ring", () => {
    for (let position = 0; position < 128; position += 8) {
      for (let length = 0; length <= 72; length++) {
        const { ring, writer, reader } = setUp(position);
        assertEquals(writer.tryEncode(bytesCodec, pattern(length, 1)), DONE);
        assertEquals(read(reader), pattern(length, 1));
        assertEquals(writer.tryWrite(record(pattern(length, 2))), DONE);
        assertEquals(read(reader), pattern(length, 2));
        assertEquals([ring.used, reader.tryRead()], [0, BLOCKED]);
      }
    }
  });

  it("writes a part of a buffer", () => {
    const { writer, reader } = setUp();
    assertEquals(writer.tryWrite({ kind: 0, bytes: pattern(20), start: 3, end: 9 }), DONE);
    assertEquals(read(reader), pattern(20).slice(3, 9));
  });

  for (const position of [2 ** 31 - 64, 2 ** 32 - 64]) {
    it(`counts past ${position + 64} bytes`, () => {
      const { ring, writer, reader } = setUp(position | 0);
      for (let seed = 0; seed < 40; seed++) {
        assertEquals(writer.tryWrite(record(pattern(seed, seed))), DONE);
        assertEquals(read(reader), pattern(seed, seed));
      }
      assertEquals(ring.used, 0);
    });
  }

  it("keeps order with several records in it", () => {
    const { writer, reader } = setUp(96);
    for (let seed = 0; seed < 3; seed++) assertEquals(writer.tryWrite(record(pattern(10, seed))), DONE);
    for (let seed = 0; seed < 3; seed++) assertEquals(read(reader), pattern(10, seed));
  });

  it("does not trust a look at the reader from 2^32 bytes ago", () => {
    const { ring, writer } = setUp();
    assertEquals(writer.tryWrite(record(pattern(0))), DONE);
    // Other writers and readers have moved on by 2^32 bytes, and the ring is full now.
    ring.control[LAST_WRITER] = 99;
    ring.control[TAIL] = 16;
    ring.control[HEAD] = 16 - 128;
    assertEquals(writer.tryWrite(record(pattern(0))), BLOCKED);
    assertEquals(ring.used, 128);
  });

  it("does not trust a look at the writer from 2^32 bytes ago", () => {
    const { ring, writer, reader } = setUp();
    assertEquals(writer.tryWrite(record(pattern(24))), DONE);
    assertEquals(writer.tryWrite(record(pattern(24))), DONE);
    assertEquals(read(reader), pattern(24));
    // Now the reader believes in a record up to 64. Others have read it, and all that followed, up to 48.
    ring.control[LAST_READER] = 99;
    ring.control[TAIL] = ring.control[HEAD] = 48;
    assertEquals(reader.tryRead(), BLOCKED);
  });

  it("lets one side work at a time", () => {
    const { ring, writer, reader } = setUp();
    assertEquals(writer.tryWrite(record(pattern(8))), DONE);
    assert(ring.sendLock.tryTake());
    assertEquals(writer.tryWrite(record(pattern(8))), BUSY);
    assertEquals(writer.tryEncode(bytesCodec, pattern(8)), BUSY);
    assertEquals(read(reader), pattern(8));
    ring.sendLock.give();
    assertEquals(writer.tryWrite(record(pattern(8))), DONE);
    assert(ring.receiveLock.tryTake());
    assertEquals(reader.tryRead(), BUSY);
    ring.receiveLock.give();
    assertEquals(read(reader), pattern(8));
  });

  it("goes on after an encoder or decoder that throws", () => {
    const { writer, reader, ring } = setUp();
    const broken: Codec<Uint8Array> = {
      ...bytesCodec,
      encode: () => fail("cannot encode"),
      decode: () => fail("cannot decode"),
    };
    assertThrows(() => writer.tryEncode(broken, pattern(8)), Error, "cannot encode");
    assertEquals(writer.tryWrite(record(pattern(8, 1))), DONE);
    assertEquals(writer.tryWrite(record(pattern(8, 2))), DONE);
    assertThrows(() => new RingReader(ring, broken).tryRead(), Error, "cannot decode");
    assertEquals(read(reader), pattern(8, 2));
  });
});

describe("ring: records in parts", () => {
  for (const length of [97, 121, 128, 129, 500, 5000]) {
    it(`passes ${length} bytes through 128`, () => {
      for (let position = 0; position < 128; position += 8) {
        const { writer, reader, ring } = setUp(position);
        const message = record(pattern(length));
        let sent = writer.write(message);
        let received = reader.tryRead();
        for (let turn = 0; turn < length && received !== DONE; turn++) {
          assertEquals(received, BLOCKED);
          if (sent !== DONE) sent = writer.write(message);
          received = reader.tryRead();
        }
        assertEquals([sent, received], [DONE, DONE]);
        assertEquals(reader.take(), pattern(length));
        assertEquals([ring.used, ring.sendLock.isTaken, ring.receiveLock.isTaken], [0, false, false]);
      }
    });
  }

  it("never leaves a part behind when it answers without waiting", () => {
    const { writer, ring } = setUp();
    assertEquals(writer.tryWrite(record(pattern(500))), BLOCKED);
    assertEquals(writer.tryEncode(bytesCodec, pattern(500)), BLOCKED);
    assertEquals(ring.used, 0);
  });

  it("keeps other senders and receivers out until the record is through", () => {
    const { writer, reader, ring } = setUp();
    const message = record(pattern(200));
    assertEquals(writer.write(message), BLOCKED);
    assertEquals(new RingWriter(ring).write(record(pattern(1))), BUSY);
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(new RingReader(ring, bytesCodec).tryRead(), BLOCKED, "nothing to be busy with");
    assertEquals(writer.write(message), DONE);
    assertEquals(new RingReader(ring, bytesCodec).tryRead(), BUSY);
    assertEquals(read(reader), pattern(200));
  });

  it("takes a cancelled record back, whole, from a full ring", () => {
    const { writer, reader } = setUp();
    assertEquals(writer.write(record(pattern(200))), BLOCKED);
    writer.cancel();
    assertEquals(writer.write(record(pattern(8))), BLOCKED);
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(writer.write(record(pattern(8))), DONE);
    assertEquals(read(reader), pattern(8));
  });

  it("skips the rest of a record whose reader gave it up", () => {
    const { writer, reader, ring } = setUp();
    const message = record(pattern(200));
    assertEquals(writer.write(message), BLOCKED);
    assertEquals(reader.tryRead(), BLOCKED);
    reader.abandon();
    assertEquals(writer.write(message), DONE);
    assertEquals(writer.tryWrite(record(pattern(1))), DONE);
    assertEquals(read(new RingReader(ring, bytesCodec)), pattern(1));
  });

  it("cuts a record off when the ring is closed in its middle", () => {
    const { writer, reader, ring } = setUp();
    const message = record(pattern(200));
    assertEquals(writer.write(message), BLOCKED);
    assertEquals(reader.tryRead(), BLOCKED);
    ring.close();
    assertEquals(writer.write(message), ENDED);
    assertEquals(reader.tryRead(), ENDED);
    assertEquals([ring.sendLock.isTaken, ring.receiveLock.isTaken], [false, false]);
  });
});

describe("ring: closed", () => {
  it("drains, then ends", () => {
    const { writer, reader, ring } = setUp();
    assertEquals(writer.tryWrite(record(pattern(8))), DONE);
    ring.close();
    assertEquals(writer.tryWrite(record(pattern(8))), ENDED);
    assertEquals(writer.tryEncode(bytesCodec, pattern(8)), ENDED);
    assertEquals(writer.write(record(pattern(500))), ENDED);
    assertEquals(read(reader), pattern(8));
    assertEquals(reader.tryRead(), ENDED);
  });

  it("refuses a record that was being encoded when it was closed", () => {
    const { writer, reader, ring } = setUp();
    const closing = { ...bytesCodec, encode: () => ring.close() };
    assertEquals(writer.tryEncode(closing, pattern(8)), ENDED);
    assertEquals(ring.control[TAIL], CLOSED);
    assertEquals(reader.tryRead(), ENDED);
  });
});
