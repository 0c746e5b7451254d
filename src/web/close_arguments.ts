/**
 * Checks of what a program closes with, by the rules of the WebSockets Standard.
 *
 * @module
 */
import { isCloseCodeForUsers } from "../core/close_code.ts";
import { MAX_CONTROL_PAYLOAD } from "../core/opcode.ts";

/** What to close with; without a code, the Close frame has no body. */
export interface CloseArguments {
  readonly code: number | undefined;
  readonly reason: string;
}

const MAX_CODE = 0xffff;
/** Bytes of a control frame's payload beside the code. */
const MAX_REASON = MAX_CONTROL_PAYLOAD - 2;

const encoder = new TextEncoder();

/**
 * Checks a code and a reason.
 *
 * @throws {DOMException} `InvalidAccessError` for a code that is not 1000 or 3000 to 4999, `SyntaxError` for a reason of
 * more than 123 bytes of UTF-8.
 */
export function closeArguments(code: number | undefined, reason: string): CloseArguments {
  if (code !== undefined && !isCloseCodeForUsers(code)) {
    const message = `closing: the code ${code} is not allowed, 1000 and 3000 to 4999 are`;
    throw new DOMException(message, "InvalidAccessError");
  }
  const { length } = encoder.encode(reason);
  if (length > MAX_REASON) {
    const message = `closing: the reason has ${length} bytes of UTF-8, at most ${MAX_REASON} fit`;
    throw new DOMException(message, "SyntaxError");
  }
  // A reason cannot travel without a code.
  return { code: code ?? (reason === "" ? undefined : 1000), reason };
}

/** What to close with when a stream is given up: what `reason` carries if that can be sent, else no code. */
export function closeArgumentsOf(reason: unknown): CloseArguments {
  const none = { code: undefined, reason: "" };
  if (typeof reason !== "object" || reason === null) return none;
  const { closeCode, reason: text = "" } = reason as {
    readonly closeCode?: unknown;
    readonly reason?: unknown;
  };
  if (typeof closeCode !== "number" || typeof text !== "string") return none;
  try {
    return closeArguments(closeCode, text);
  } catch {
    return none;
  }
}

/** Web IDL's `[Clamp] unsigned short`. */
export function clampCode(value: unknown): number {
  const number = Number(value);
  if (Number.isNaN(number)) return 0;
  const clamped = Math.min(Math.max(number, 0), MAX_CODE);
  const floor = Math.floor(clamped);
  const rest = clamped - floor;
  // Halfway goes to the even one.
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1;
}

/** Web IDL's `[EnforceRange] unsigned short`; throws a `TypeError`. */
export function enforceCode(value: unknown): number {
  const number = Math.trunc(Number(value));
  if (number >= 0 && number <= MAX_CODE) return number;
  throw new TypeError(`closing: closeCode is ${value}, allowed: a number from 0 to ${MAX_CODE}`);
}
