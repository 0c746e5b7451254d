/**
 * Frames built by hand, right and wrong ones: every field of RFC 6455 §5.2 can be set against the rules.
 * Shares nothing with `src/`, so that a mistake there cannot hide here.
 */

/** The opcodes of RFC 6455 §11.8. */
export const opcodes = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** What a frame is made of; whatever is left out is what a well-behaved server would send. */
export interface FrameFields {
  /** Default: `true`. */
  fin?: boolean;
  /** The bits RSV1, RSV2 and RSV3, as one number from 0 to 7; RSV1 is 4. Default: 0. */
  rsv?: number;
  /** 0 to 15. */
  opcode: number;
  /** A masking key of four bytes: the payload is masked with it. Default: not masked. */
  mask?: Uint8Array;
  /** How the length is written: in the second byte (7), or in 16 or 64 bits after it. Default: the shortest. */
  lengthBits?: 7 | 16 | 64;
  /** The length to declare, true or not. Default: the payload's. */
  declaredLength?: number | bigint;
  /** Text is sent as UTF-8. Default: empty. */
  payload?: Uint8Array | string;
}

/** The fields that the shorthands leave open. */
export type FrameOverrides = Partial<Omit<FrameFields, "payload">>;

/** Builds one frame. */
export function frame(fields: FrameFields): Uint8Array<ArrayBuffer> {
  const payload = toBytes(fields.payload ?? "");
  const length = BigInt(fields.declaredLength ?? payload.length);
  const bits = fields.lengthBits ?? (length < 126n ? 7 : length < 65536n ? 16 : 64);

  const header = new DataView(new ArrayBuffer(2 + (bits === 7 ? 0 : bits / 8)));
  header.setUint8(0, (fields.fin ?? true ? 0x80 : 0) | (fields.rsv ?? 0) << 4 | fields.opcode);
  const inSecondByte = bits === 7 ? Number(length) : bits === 16 ? 126 : 127;
  header.setUint8(1, (fields.mask ? 0x80 : 0) | inSecondByte);
  if (bits === 16) header.setUint16(2, Number(length));
  if (bits === 64) header.setBigUint64(2, length);

  const head = new Uint8Array(header.buffer);
  return fields.mask ? concat(head, fields.mask, applyMask(payload, fields.mask)) : concat(head, payload);
}

/** A text frame. A payload given as bytes need not be UTF-8. */
export function textFrame(
  payload: Uint8Array | string,
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.text, ...overrides, payload });
}

/** A binary frame. */
export function binaryFrame(
  payload: Uint8Array | string,
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.binary, ...overrides, payload });
}

/** A continuation frame; the last of its message unless `fin` is `false`. */
export function continuationFrame(
  payload: Uint8Array | string,
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.continuation, ...overrides, payload });
}

/** A ping. */
export function pingFrame(
  payload: Uint8Array | string = "",
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.ping, ...overrides, payload });
}

/** A pong. */
export function pongFrame(
  payload: Uint8Array | string = "",
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.pong, ...overrides, payload });
}

/** A Close frame; without a code its body is empty (RFC 6455 §5.5.1). */
export function closeFrame(
  code?: number,
  reason: Uint8Array | string = "",
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return frame({ opcode: opcodes.close, ...overrides, payload: closeBody(code, reason) });
}

/** The body of a Close frame. */
export function closeBody(code?: number, reason: Uint8Array | string = ""): Uint8Array<ArrayBuffer> {
  if (code === undefined) return new Uint8Array(0);
  return concat(Uint8Array.of(code >> 8, code & 0xff), toBytes(reason));
}

/** Masks or unmasks (RFC 6455 §5.3) into new memory. */
export function applyMask(bytes: Uint8Array, mask: Uint8Array): Uint8Array<ArrayBuffer> {
  const masked = new Uint8Array(bytes.length);
  for (let index = 0; index < bytes.length; index++) masked[index] = bytes[index]! ^ mask[index % 4]!;
  return masked;
}

/** Bytes from hexadecimal digits; white space is for the reader: `hex("81 05 48656c6c6f")`. */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const compact = digits.replaceAll(/\s/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(compact)) {
    throw new TypeError(`Expected pairs of hexadecimal digits: ${JSON.stringify(digits)}`);
  }
  return Uint8Array.from(
    { length: compact.length / 2 },
    (_, i) => parseInt(compact.slice(2 * i, 2 * i + 2), 16),
  );
}

/** The opposite of {@linkcode hex}, in pairs: `"81 05"`. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** Joins parts into new memory; text as UTF-8. */
export function concat(...parts: readonly (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  const chunks = parts.map(toBytes);
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}

function toBytes(value: Uint8Array | string): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}
