/** Close codes with a meaning of their own (RFC 6455 §7.4.1 and the IANA registry). */
export const CloseCode = {
  /** The purpose of the connection has been fulfilled. */
  Normal: 1000,
  /** An endpoint goes away. */
  GoingAway: 1001,
  /** The peer broke the protocol. */
  ProtocolError: 1002,
  /** Never sent: a Close frame came without a code. */
  NoStatus: 1005,
  /** Never sent: no Close frame came. */
  Abnormal: 1006,
  /** A message's content does not fit its type: bad UTF-8 in a text. */
  InvalidPayload: 1007,
  /** A message is too big. */
  TooBig: 1009,
} as const;

/**
 * Whether a peer may send this code (RFC 6455 §7.4.1, §7.4.2): 1000 to 1014 without the three that only
 * describe (1004 to 1006), and 3000 to 4999. Codes 1016 to 2999 belong to future revisions.
 *
 * @example
 * ```ts
 * import { isCloseCodeOnTheWire } from "@silver9/websocket/core";
 *
 * console.log([1000, 1005, 1006, 2999, 4999].map(isCloseCodeOnTheWire).join()); // prints: true,false,false,false,true
 * ```
 */
export function isCloseCodeOnTheWire(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006);
}

/**
 * Whether a program may close with this code: 1000, or 3000 to 4999 as in the platform's `WebSocket`.
 *
 * @example
 * ```ts
 * import { isCloseCodeForUsers } from "@silver9/websocket/core";
 *
 * console.log([1000, 1001, 3000, 4999].map(isCloseCodeForUsers).join()); // prints: true,false,true,true
 * ```
 */
export function isCloseCodeForUsers(code: number): boolean {
  return code === CloseCode.Normal || (Number.isInteger(code) && code >= 3000 && code <= 4999);
}
