import { createRequire } from "node:module";
import type { EventEmitter } from "node:events";

/** What is used of a receiver of `ws`. */
export interface WsReceiver extends EventEmitter {
  write(bytes: Uint8Array, taken?: (error?: Error | null) => void): boolean;
}

/** What is used of `ws`'s permessage-deflate. */
export interface WsDeflate {
  accept(configurations: readonly Record<string, readonly unknown[]>[]): unknown;
  cleanup(): void;
}

/** The extensions of one end, as `ws` wants them. */
export type WsExtensions = Readonly<Record<string, WsDeflate>>;

/** How `ws` sends one message. */
export interface WsSendOptions {
  readonly binary: boolean;
  readonly fin: boolean;
  readonly mask: boolean;
  readonly compress: boolean;
}

/** What is used of a sender of `ws`. */
export interface WsSender {
  send(data: Uint8Array | string, options: WsSendOptions, sent?: (error?: Error) => void): void;
  ping(data: Uint8Array, mask: boolean): void;
  pong(data: Uint8Array, mask: boolean): void;
  close(code: number | undefined, reason: string, mask: boolean): void;
}

/** The parts of `ws`. */
export interface Ws {
  readonly Receiver: new (options: {
    readonly isServer?: boolean;
    readonly maxPayload?: number;
    readonly extensions?: WsExtensions;
  }) => WsReceiver;
  readonly Sender: new (socket: unknown, extensions?: WsExtensions) => WsSender;
  readonly PerMessageDeflate: new (options: Record<string, unknown>) => WsDeflate;
  readonly extension: {
    parse(header: string): Record<string, readonly Record<string, readonly unknown[]>[]>;
  };
}

/** What is used of undici's parser. */
export interface UndiciParser extends EventEmitter {
  write(bytes: Uint8Array): boolean;
  readonly closingInfo:
    | { readonly code?: number; readonly reason: string; readonly error: boolean }
    | undefined;
}

/** undici's parser of frames; it tells its handler. */
export type UndiciParserClass = new (
  handler: Record<string, unknown>,
  extensions: null,
  options: { readonly maxFragments: number; readonly maxPayloadSize: number },
) => UndiciParser;

// By their files: Bun has modules of its own in place of both packages, and undici does not export its parser.
const require = createRequire(import.meta.url);

/** The package `ws`, in Bun too. */
export const ws: Ws = require("../../node_modules/ws/index.js");

/** The decoder of undici's client. */
export const UndiciByteParser: UndiciParserClass =
  require("../../node_modules/undici/lib/web/websocket/receiver.js").ByteParser;
