import { type Channel, channel } from "node:diagnostics_channel";
import type { CloseInitiator } from "../core/close_info.ts";
import type { TimeoutPhase, WebSocketErrorCode } from "../core/errors.ts";
import type { ConnectTimings } from "./stats.ts";

/** What every message of the diagnostics channels has. */
export interface ConnectionDiagnostics {
  /** The connection's number, as in log lines and in `stats`. */
  readonly id: number;
}

/** A connection begins to open; also again, for each redirect that is followed. */
export interface ConnectDiagnostics extends ConnectionDiagnostics {
  /** A name or an IP address. */
  readonly host: string;
  /** The TCP port. */
  readonly port: number;
  /** The path of the Unix socket, in place of host and port. */
  readonly socketPath: string | undefined;
  /** Whether it uses TLS. */
  readonly secure: boolean;
  /** The transport's name. */
  readonly transport: string;
}

/** A server has answered the opening handshake. */
export interface HandshakeDiagnostics extends ConnectionDiagnostics {
  /** The status: 101, or why not. */
  readonly status: number;
}

/** A connection is open. */
export interface OpenDiagnostics extends ConnectionDiagnostics {
  /** The subprotocol; empty for none. */
  readonly protocol: string;
  /** The extensions; empty for none. */
  readonly extensions: string;
  /** How long each phase took, in milliseconds. */
  readonly connect: ConnectTimings;
}

/** A ping of this client was answered. */
export interface RoundTripDiagnostics extends ConnectionDiagnostics {
  /** How long that took, in milliseconds. */
  readonly duration: number;
}

/** Connecting has failed; or an open connection has, and `close` follows. */
export interface ErrorDiagnostics extends ConnectionDiagnostics {
  /** The error's code. */
  readonly code: WebSocketErrorCode;
  /** Its message: without payloads and credentials, as those of all errors. */
  readonly message: string;
  /** What took too long. */
  readonly phase: TimeoutPhase | undefined;
  /** The status of the server's answer, where that is why. */
  readonly status: number | undefined;
}

/** A connection that was open has ended. */
export interface CloseDiagnostics extends ConnectionDiagnostics {
  /** The close code. */
  readonly code: number;
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean;
  /** Who began it. */
  readonly initiator: CloseInitiator;
  /** Why, where it was not the closing handshake: `forceQuit`, a callback that threw, an error, a lost connection. */
  readonly cause: "forceQuit" | "callback" | "error" | "lost" | undefined;
}

/**
 * What this module publishes by `node:diagnostics_channel`, by the name of the channel. A message is made only for
 * a channel that somebody subscribes to. None holds payloads, reasons of Close frames, credentials, queries, or header
 * values other than those of the WebSocket handshake itself.
 *
 * Channels belong to a thread. For {@linkcode AsyncClient} and {@linkcode BlockingClient} messages are published on the
 * thread that called `connect`, if a channel had a subscriber there by then; of a blocking client, inside its calls.
 *
 * @example
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * import type { DiagnosticsMessages } from "@silver9/websocket";
 *
 * subscribe("silver9:websocket:open", (message) => {
 *   const { id, connect } = message as DiagnosticsMessages["silver9:websocket:open"];
 *   console.log(`websocket ${id} took ${connect.total} ms to open`);
 * });
 * ```
 */
export interface DiagnosticsMessages {
  /** A connection begins to open. */
  readonly "silver9:websocket:connect": ConnectDiagnostics;
  /** A server has answered. */
  readonly "silver9:websocket:handshake": HandshakeDiagnostics;
  /** A connection is open. */
  readonly "silver9:websocket:open": OpenDiagnostics;
  /** A ping was answered. */
  readonly "silver9:websocket:roundtrip": RoundTripDiagnostics;
  /** Connecting, or a connection, has failed. */
  readonly "silver9:websocket:error": ErrorDiagnostics;
  /** An open connection has ended. */
  readonly "silver9:websocket:close": CloseDiagnostics;
}

/** A channel's name behind `silver9:websocket:`. */
export type DiagnosticsName = "connect" | "handshake" | "open" | "roundtrip" | "error" | "close";
/** What is published there. */
export type DiagnosticsMessage<Name extends DiagnosticsName> = DiagnosticsMessages[
  `silver9:websocket:${Name}`
];

/** Where the messages of a connection go. */
export interface Diagnostics {
  /** Whether somebody wants to hear of this. */
  wants(name: DiagnosticsName): boolean;
  /** Says it. */
  publish<Name extends DiagnosticsName>(name: Name, message: DiagnosticsMessage<Name>): void;
}

const channels: Readonly<Record<DiagnosticsName, Channel>> = {
  connect: channel("silver9:websocket:connect"),
  handshake: channel("silver9:websocket:handshake"),
  open: channel("silver9:websocket:open"),
  roundtrip: channel("silver9:websocket:roundtrip"),
  error: channel("silver9:websocket:error"),
  close: channel("silver9:websocket:close"),
};

/** The channels of this thread. */
export const threadDiagnostics: Diagnostics = {
  wants: (name) => channels[name].hasSubscribers,
  publish: (name, message) => channels[name].publish(message),
};

/** Whether one of this thread's channels has a subscriber. */
export function hasSubscribers(): boolean {
  return Object.values(channels).some((channel) => channel.hasSubscribers);
}
