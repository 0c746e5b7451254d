import { CloseCode, isCloseCodeOnTheWire } from "./close_code.ts";
import { violation } from "./decoder.ts";
import { WebSocketError } from "./errors.ts";
import { MAX_CONTROL_PAYLOAD } from "./opcode.ts";
import { Utf8Validator } from "./utf8.ts";

/** What a Close frame says. */
export interface CloseFrame {
  /** The close code; 1005 when the frame has none (RFC 6455 §7.1.5). */
  readonly code: number;
  /** The reason, often empty. */
  readonly reason: string;
}

/** Bytes a reason may have: a control frame's payload without the code. */
const MAX_REASON = MAX_CONTROL_PAYLOAD - 2;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Reads a Close frame's payload (RFC 6455 §5.5.1); throws what is wrong with it. */
export function parseClose(payload: Uint8Array): CloseFrame {
  if (payload.length === 0) return { code: CloseCode.NoStatus, reason: "" };
  if (payload.length === 1) throw violation("a Close frame of one byte");
  const code = (payload[0] << 8) | payload[1];
  if (!isCloseCodeOnTheWire(code)) throw violation(`a Close frame with the code ${code}`);
  const validator = new Utf8Validator();
  if (!validator.validate(payload, 2, payload.length) || !validator.complete) {
    throw violation("a Close frame whose reason is not UTF-8", CloseCode.InvalidPayload);
  }
  return { code, reason: decoder.decode(payload.subarray(2)) };
}

/** Makes a Close frame's payload; throws `InvalidConfiguration` for a reason that does not fit. */
export function closePayload(code: number, reason: string): Uint8Array {
  if (code === CloseCode.NoStatus) return new Uint8Array(0);
  const text = encoder.encode(reason);
  if (text.length > MAX_REASON) {
    throw new WebSocketError(
      "InvalidConfiguration",
      `closing: the reason has ${text.length} bytes of UTF-8, at most ${MAX_REASON} fit`,
    );
  }
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(text, 2);
  return payload;
}
