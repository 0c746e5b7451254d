/**
 * Streams of a server: right, nearly right, and wrong.
 *
 * @module
 */
import fc from "fast-check";
import { limits, serverStreams } from "../core/support_server_streams.ts";
import { closeFrame, concat, frame, pingFrame } from "../support/frames.ts";

export { limits };

/** One way to spoil bytes: `at` and `length` are taken modulo what is there. */
interface Mutation {
  readonly kind: "flip" | "set" | "insert" | "remove" | "repeat" | "swap" | "cut";
  readonly at: number;
  readonly length: number;
  readonly value: number;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("flip", "flip", "set", "set", "insert", "remove", "repeat", "swap", "cut"),
  at: fc.nat(),
  length: fc.oneof(fc.nat(4), fc.nat(64)),
  value: fc.nat(255),
});

function mutate(bytes: Uint8Array, { kind, at, length, value }: Mutation): Uint8Array {
  if (bytes.length === 0) return bytes;
  const start = at % bytes.length;
  const [before, behind] = [bytes.subarray(0, start), bytes.subarray(start)];
  const end = Math.min(length + 1, behind.length);
  switch (kind) {
    case "flip":
      return concat(before, Uint8Array.of(behind[0] ^ (1 << (value & 7))), behind.subarray(1));
    case "set":
      return concat(before, Uint8Array.of(value), behind.subarray(1));
    case "insert":
      return concat(before, Uint8Array.of(value), behind);
    case "remove":
      return concat(before, behind.subarray(end));
    case "repeat":
      return concat(before, behind.subarray(0, end), behind);
    case "swap":
      return concat(behind, before);
    case "cut":
      return before;
  }
}

/** The same bytes with up to three mistakes. */
export function nearly(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc.tuple(bytes, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([bytes, mutations]) => mutations.reduce(mutate, bytes));
}

/** Any stream, for decoders that have the `limits` above. */
export const anyStream: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 4, arbitrary: serverStreams },
  { weight: 4, arbitrary: nearly(serverStreams) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 80 }) },
);

/** Sizes at which a header grows, or a buffer of the implementation ends. */
export const boundarySize: fc.Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.nat(300) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(126, 1024, 4096, 16_384, 65_536), fc.integer({ min: -3, max: 3 }))
      .map(([size, difference]) => size + difference),
  },
  { weight: 1, arbitrary: fc.integer({ min: 65_000, max: 140_000 }) },
);

/** `length` bytes that differ from place to place; as text they are valid, with code points of every length. */
export function filled(length: number, opcode: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  if (opcode !== 1) {
    for (let at = 0; at < length; at++) bytes[at] = (at * 7 + (at >> 8) + seed) & 0xff;
    return bytes;
  }
  const unit = new TextEncoder().encode("aé€😀".slice(seed % 4));
  for (let at = 0; at + unit.length <= length; at += unit.length) bytes.set(unit, at);
  return bytes.fill(0x7e, length - length % unit.length);
}

const largeMessage = fc.tuple(
  fc.constantFrom(1, 2),
  boundarySize,
  fc.nat(7),
  fc.array(fc.nat(), { maxLength: 2 }),
)
  .map(([opcode, size, seed, cuts]) => {
    const content = filled(size, opcode, seed);
    const ends = [...cuts.map((cut) => cut % (size + 1)), size].sort((a, b) => a - b);
    return concat(...ends.map((end, index) => {
      const payload = content.subarray(index === 0 ? 0 : ends[index - 1], end);
      return frame({ opcode: index === 0 ? opcode : 0, fin: index === ends.length - 1, payload });
    }));
  });

/** A few messages of any size, some of them spoiled, for decoders with limits of 1 MiB. */
export const largeStream: fc.Arbitrary<Uint8Array> = fc.tuple(
  fc.array(
    fc.oneof({ weight: 4, arbitrary: largeMessage }, { weight: 1, arbitrary: fc.constant(pingFrame("p")) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  ).map((parts) => concat(...parts)),
  fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 3 }),
  fc.boolean(),
).map(([stream, wrong, closes]) => {
  if (wrong !== null) stream[wrong[0] % stream.length] = wrong[1];
  return closes ? concat(stream, closeFrame(1000, "bye")) : stream;
});
