import type { NonBlockingOptions, TimestampOptions } from "../client/options.ts";

/**
 * Options of {@linkcode WebSocket} and {@linkcode WebSocketStream}, in place of the platform's: those of
 * {@linkcode NonBlockingOptions} but for receive timestamps and messages in parts.
 */
export interface WebSocketOptions extends Omit<NonBlockingOptions, keyof TimestampOptions | "messageParts"> {}
