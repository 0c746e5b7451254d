/**
 * RFC 6455 §5 to §7 for a client that echoes every message, once more: as naive as can be, on the whole stream at
 * once, sharing nothing with `src/`. What it says is what must happen.
 *
 * @module
 */
import { toHex } from "../support/frames.ts";

/** What the reference is told. */
export interface ReferenceOptions {
  readonly maxFrameSize: number;
  readonly maxMessageSize: number;
  /** The client closes with 3000 when it is told this event, counted from 0. */
  readonly closeAt: number;
}

const names: Record<number, string> = { 1: "Text", 2: "Binary", 8: "Close", 9: "Ping", 10: "Pong" };

/** Thrown where the connection fails, with the close code to send. */
class Failure {
  readonly closeCode: number;
  constructor(closeCode: number) {
    this.closeCode = closeCode;
  }
}

/** Thrown where the stream ends, or nothing more is read. */
class End {}

/** The log that a transcript of this stream must have. */
export function referenceLog(stream: Uint8Array, options: ReferenceOptions): string[] {
  const log: string[] = [];
  let closing = false;
  let told = 0;

  const line = (name: string, payload: Uint8Array) => void log.push(`${name} ${toHex(payload)}`.trimEnd());
  const tell = (opcode: number, payload: Uint8Array): void => {
    line(names[opcode], opcode === 8 ? new Uint8Array(0) : payload);
    if (!closing && opcode === 9) line("> pong", payload);
    if (!closing && opcode === 8) line("> close", payload.subarray(0, 2));
    if (opcode === 8) throw new End();
    const closeNow = told++ === options.closeAt;
    if (!closing && opcode === 1) line("> text", payload);
    if (!closing && opcode === 2) line("> binary", payload);
    if (!closing && closeNow) line("> close", Uint8Array.of(0x0b, 0xb8));
    closing ||= closeNow;
  };

  try {
    readFrames(stream, options, tell);
  } catch (reason) {
    if (reason instanceof Failure) {
      log.push("Failed");
      if (!closing) line("> close", Uint8Array.of(reason.closeCode >> 8, reason.closeCode & 0xff));
    } else if (!(reason instanceof End)) throw reason;
  }
  return log;
}

function readFrames(
  stream: Uint8Array,
  { maxFrameSize, maxMessageSize }: ReferenceOptions,
  tell: (opcode: number, payload: Uint8Array) => void,
): void {
  let message: { opcode: number; bytes: number[] } | undefined;
  for (let at = 0;;) {
    const byte = (index: number): number => {
      if (at + index >= stream.length) throw new End();
      return stream[at + index];
    };
    const opcode = byte(0) & 15;
    const fin = byte(0) >= 128;
    check((byte(0) & 0x70) === 0 && [0, 1, 2, 8, 9, 10].includes(opcode) && (fin || opcode < 8));
    check(opcode >= 8 || (opcode === 0) === (message !== undefined));
    check(byte(1) < 128 && (opcode < 8 || byte(1) <= 125) && !(opcode === 8 && byte(1) === 1));
    let length = BigInt(byte(1));
    let size = 2;
    if (byte(1) > 125) {
      const wide = byte(1) === 127;
      if (wide) check(byte(2) < 128);
      size = wide ? 10 : 4;
      byte(size - 1);
      length = BigInt("0x" + toHex(stream.subarray(at + 2, at + size)).replaceAll(" ", ""));
      check(length >= (wide ? 65536n : 126n));
    }
    check(length <= BigInt(maxFrameSize), 1009);
    const start = at + size;
    const payload = stream.subarray(start, start + Number(length));
    const whole = payload.length === Number(length);
    at = start + Number(length);

    if (opcode >= 8) {
      if (!whole) throw new End();
      if (opcode === 8) checkClose(payload);
      tell(opcode, payload);
      continue;
    }
    message ??= { opcode, bytes: [] };
    check(message.bytes.length + Number(length) <= maxMessageSize, 1009);
    message.bytes.push(...payload);
    const content = Uint8Array.from(message.bytes);
    if (message.opcode === 1) check(isBeginningOfUtf8(content), 1007);
    if (!whole) throw new End();
    if (!fin) continue;
    if (message.opcode === 1) check(isUtf8(content), 1007);
    const { opcode: kind } = message;
    message = undefined;
    tell(kind, content);
  }
}

function check(holds: boolean, closeCode = 1002): void {
  if (!holds) throw new Failure(closeCode);
}

function checkClose(payload: Uint8Array): void {
  if (payload.length === 0) return;
  const code = payload[0] * 256 + payload[1];
  check(
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999),
  );
  check(isUtf8(payload.subarray(2)), 1007);
}

function isUtf8(bytes: Uint8Array): boolean {
  return decodes(bytes, false);
}

function isBeginningOfUtf8(bytes: Uint8Array): boolean {
  return decodes(bytes, true);
}

function decodes(bytes: Uint8Array, stream: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
