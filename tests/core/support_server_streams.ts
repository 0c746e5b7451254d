/**
 * Any stream that a server could send: mostly frames that follow the rules, so that there is something behind
 * them, and every way to break them.
 *
 * @module
 */
import fc from "fast-check";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  type FrameFields,
  pingFrame,
  pongFrame,
} from "../support/frames.ts";

/** The limits that the lengths below lie around. */
export const limits = { maxFrameSize: 140, maxMessageSize: 200 };

const encoder = new TextEncoder();
const utf8 = fc.string({ unit: "binary", maxLength: 40 }).map((text) => encoder.encode(text));
const bytes = fc.uint8Array({ maxLength: 20 });
const longer = fc.constantFrom(120, 125, 126, 127, 139, 140, 141, 199).map((length) =>
  new Uint8Array(length)
);
const short = fc.uint8Array({ maxLength: 125, size: "small" });

const control = fc.oneof(short.map((body) => pingFrame(body)), short.map((body) => pongFrame(body)));

/** A message in fragments, cut anywhere, within code points too, with control frames and nothing in between. */
const message = fc.tuple(
  fc.constantFrom(1, 2),
  fc.oneof({ weight: 6, arbitrary: utf8 }, { weight: 1, arbitrary: bytes }, { weight: 2, arbitrary: longer }),
  fc.array(fc.tuple(fc.nat(200), fc.option(control, { freq: 2 })), { maxLength: 4 }),
).map(([opcode, content, cuts]) => {
  const places = cuts.map(([place]) => place % (content.length + 1)).sort((a, b) => a - b);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const [index, to] of [...places, content.length].entries()) {
    const between = index === 0 ? null : cuts[index - 1][1];
    if (between !== null) parts.push(between);
    parts.push(
      frame({
        opcode: index === 0 ? opcode : 0,
        fin: index === places.length,
        payload: content.subarray(from, to),
      }),
    );
    from = to;
  }
  return concat(...parts);
});

const close = fc.tuple(
  fc.oneof(fc.constantFrom(undefined, 1000, 1001, 1005, 1012, 3000, 4999, 5000), fc.nat(65535)),
  fc.oneof(utf8, bytes).map((reason) => reason.subarray(0, 123)),
).map(([code, reason]) => closeFrame(code, reason));

/** Any values in any fields. */
const odd: fc.Arbitrary<Uint8Array> = fc.record<FrameFields>({
  opcode: fc.nat(15),
  fin: fc.boolean(),
  rsv: fc.constantFrom(0, 0, 0, 1, 2, 4),
  mask: fc.constantFrom(undefined, undefined, undefined, Uint8Array.of(1, 2, 3, 4)),
  lengthBits: fc.constantFrom(undefined, undefined, 16, 64),
  payload: bytes,
}).map(frame);

const declared = fc.constantFrom(100n, 130n, 141n, 65536n, 1n << 31n, 1n << 53n, 1n << 63n, (1n << 64n) - 1n)
  .map((declaredLength) => binaryFrame("partial", { declaredLength }));

const stray = fc.constantFrom(
  continuationFrame("x"),
  frame({ opcode: 1, fin: false, payload: "x" }),
  closeFrame(),
);

const piece = fc.oneof(
  { weight: 12, arbitrary: message },
  { weight: 4, arbitrary: control },
  { weight: 1, arbitrary: close },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: declared },
  { weight: 1, arbitrary: stray },
  { weight: 1, arbitrary: bytes },
);

/** A stream: pieces, of which sometimes one byte is wrong, or the end is missing. */
export const serverStreams: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.tuple(
  fc.array(piece, { minLength: 1, maxLength: 8 }),
  fc.option(fc.tuple(fc.nat(), fc.nat(255)), { freq: 4 }),
  fc.option(fc.nat(), { freq: 4 }),
).map(([pieces, wrong, end]) => {
  const stream = concat(...pieces);
  if (wrong !== null && stream.length > 0) stream[wrong[0] % stream.length] = wrong[1];
  return end === null ? stream : stream.slice(0, end % (stream.length + 1));
});
