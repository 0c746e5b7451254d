/**
 * Checks of what a program wants to send, for whoever takes it: the protocol, or another thread on its behalf.
 *
 * @module
 */
import { isCloseCodeForUsers } from "./close_code.ts";
import { WebSocketError } from "./errors.ts";
import { MAX_CONTROL_PAYLOAD } from "./opcode.ts";
import { type Utf8Checks, Utf8Validator } from "./utf8.ts";

/** Throws `InvalidConfiguration` for what is no array of bytes, for programs that no compiler has looked at. */
export function checkBytes(what: string, data: unknown): asserts data is Uint8Array {
  if (data instanceof Uint8Array) return;
  // "Uint8Array" it is called in every realm.
  const name = Object.prototype.toString.call(data).slice(8, -1);
  if (name === "Uint8Array") return;
  const given = data === null ? "null" : typeof data === "object" ? name : typeof data;
  const allowed = what === "a text" ? "a string, or a Uint8Array of UTF-8" : "a Uint8Array";
  throw new WebSocketError("InvalidConfiguration", `sending ${what}: got ${given}, allowed: ${allowed}`);
}

/** Throws `InvalidConfiguration` for a text, given as bytes, that is not UTF-8 (RFC 6455 §5.6). */
export function checkTextBytes(bytes: Uint8Array, checks?: Utf8Checks): void {
  checkBytes("a text", bytes);
  const validator = new Utf8Validator(checks);
  if (validator.validate(bytes, 0, bytes.length) && validator.complete) return;
  throw new WebSocketError("InvalidConfiguration", "sending a text: the bytes are not UTF-8");
}

/** Makes the error for a message while another one goes out in parts. */
export function messageUnfinished(): WebSocketError {
  const message = "sending a message: one that was begun by beginText or beginBinary has not been ended";
  return new WebSocketError("SocketUnavailable", message);
}

/** Throws `LimitExceeded` for a payload that does not fit a control frame (RFC 6455 §5.5). */
export function checkControlPayload(frame: "ping" | "pong", data: Uint8Array): void {
  checkBytes(`a ${frame}`, data);
  const { length } = data;
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
