import { describe, it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { POSITION, TAIL } from "../../src/channel/layout.ts";
import { Ring } from "../../src/channel/ring.ts";
import { RingReader } from "../../src/channel/ring_reader.ts";
import { RingWriter } from "../../src/channel/ring_writer.ts";
import { BLOCKED, BUSY, DONE } from "../../src/channel/status.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";

const KIB = 1024;
const CAPACITY = 4 * KIB * KIB;

function setUp() {
  const ring = Ring.create(CAPACITY);
  return { ring, writer: new RingWriter(ring), reader: new RingReader(ring, bytesCodec) };
}

function record(bytes: Uint8Array) {
  return { kind: 0, bytes, start: 0, end: bytes.length };
}

/** Where the next record goes, in the ring. */
function place({ control }: Ring): number {
  return control[TAIL] & POSITION & (CAPACITY - 1);
}

describe("a ring that is empty now and then", () => {
  it("uses its beginning again and again, whatever goes through", () => {
    const { ring, writer, reader } = setUp();
    let most = 0;
    for (let number = 0; number < 2000; number++) {
      const bytes = pattern(1 + number * 37 % (20 * KIB), number);
      assertEquals(
        number % 2 === 0 ? writer.tryWrite(record(bytes)) : writer.tryEncode(bytesCodec, bytes),
        DONE,
      );
      assertEquals(reader.tryRead(), DONE);
      assertEquals(reader.take(), bytes, `record ${number}`);
      assertEquals(reader.tryRead(), BLOCKED);
      most = Math.max(most, place(ring));
    }
    assertLess(most, 300 * KIB);
  });

  it("has all of its room right after it began anew", () => {
    const { writer, reader, ring } = setUp();
    const bytes = pattern(200 * KIB);
    for (let number = 0; number < 2; number++) {
      assertEquals(writer.tryWrite(record(bytes)), DONE);
      assertEquals(reader.tryRead(), DONE);
      assertEquals(reader.take(), bytes);
    }
    const whole = Math.floor(CAPACITY / (bytes.length + 8));
    for (let number = 0; number < whole; number++) assertEquals(writer.tryWrite(record(bytes)), DONE);
    assertEquals(place(ring), whole * (bytes.length + 8));
    for (let number = 0; number < whole; number++) {
      assertEquals(reader.tryRead(), DONE);
      assertEquals(reader.take(), bytes);
    }
  });

  it("goes on where it is for a record that has no room before that place", () => {
    const { writer, reader, ring } = setUp();
    const [small, large] = [pattern(100 * KIB), pattern(200 * KIB)];
    assertEquals(writer.tryWrite(record(small)), DONE);
    assertEquals([reader.tryRead(), reader.take()], [DONE, small]);
    assertEquals(writer.tryWrite(record(large)), DONE);
    assertEquals(place(ring), small.length + large.length + 16);
    assertEquals([reader.tryRead(), reader.take()], [DONE, large]);
  });

  it("goes on where it is while a record waits to be read, or a reader looks", () => {
    const { writer, reader, ring } = setUp();
    const bytes = pattern(200 * KIB);
    assertEquals(writer.tryWrite(record(bytes)), DONE);
    assertEquals(writer.tryWrite(record(bytes)), DONE);
    assertEquals(place(ring), 2 * (bytes.length + 8));
    assertEquals([reader.tryRead(), reader.take()], [DONE, bytes]);
    assertEquals([reader.tryRead(), reader.take()], [DONE, bytes]);
    ring.receiveLock.tryTake();
    assertEquals(reader.tryRead(), BLOCKED);
    assertEquals(writer.tryWrite(record(bytes)), DONE);
    assertEquals(place(ring), 3 * (bytes.length + 8));
    assertEquals(reader.tryRead(), BUSY);
    ring.receiveLock.give();
    assertEquals([reader.tryRead(), reader.take()], [DONE, bytes]);
  });

  it("is found where it is by a reader that has known it before, and by another", () => {
    const { writer, reader, ring } = setUp();
    const other = new RingReader(ring, bytesCodec);
    for (let number = 0; number < 40; number++) {
      const bytes = pattern(50 * KIB, number);
      assertEquals(writer.tryWrite(record(bytes)), DONE);
      const current = number % 3 === 0 ? other : reader;
      assertEquals(current.tryRead(), DONE);
      assertEquals(current.take(), bytes);
      assertEquals([reader.tryRead(), other.tryRead()], [BLOCKED, BLOCKED]);
    }
  });
});
