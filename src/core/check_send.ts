/**
 * Checks of what a program wants to send, for whoever takes it: the protocol, or another thread on its behalf.
 *
 * @module
 */
import { isCloseCodeForUsers } from "./close_code.ts";
import { WebSocketError } from "./errors.ts";
import { MAX_CONTROL_PAYLOAD } from "./opcode.ts";
import { Utf8Validator } from "./utf8.ts";

/** Throws `InvalidConfiguration` for a text, given as bytes, that is not UTF-8 (RFC 6455 §5.6). */
export function checkTextBytes(bytes: Uint8Array): void {
  const validator = new Utf8Validator();
  if (validator.validate(bytes, 0, bytes.length) && validator.complete) return;
  throw new WebSocketError("InvalidConfiguration", "sending a text: the bytes are not UTF-8");
}

/** Throws `LimitExceeded` for a payload that does not fit a control frame (RFC 6455 §5.5). */
export function checkControlPayload(frame: "ping" | "pong", { length }: Uint8Array): void {
  if (length <= MAX_CONTROL_PAYLOAD) return;
  const message = `sending a ${frame}: ${length} bytes, at most ${MAX_CONTROL_PAYLOAD} are allowed`;
  throw new WebSocketError("LimitExceeded", message);
}

/** Throws `InvalidConfiguration` for a code that a program may not close with. */
export function checkCloseCode(code: number): void {
  if (isCloseCodeForUsers(code)) return;
  const message = `closing: the code ${code} is not allowed, 1000 and 3000 to 4999 are`;
  throw new WebSocketError("InvalidConfiguration", message);
}
