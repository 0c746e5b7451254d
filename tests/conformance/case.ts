import type { ClientOptions, ReconnectPolicy, SendOptions } from "../../mod.ts";
import type { Certificates, Identity } from "../support/certificates.ts";
import type { RawPeer } from "../support/raw_server.ts";
import type { DeliveryName } from "./delivery.ts";

/** What every client style can be asked to do. */
export interface CommandTarget {
  sendText(text: string | Uint8Array, options?: SendOptions): unknown;
  sendBinary(data: Uint8Array, options?: SendOptions): unknown;
  sendPing(data?: Uint8Array): unknown;
  sendPong(data?: Uint8Array): unknown;
  close(code?: number, reason?: string): unknown;
  forceQuit(): unknown;
}

/** One thing the program does. A `WebSocketError` that it throws is recorded: `threw ConnectionClosed`. */
export type Action = (client: CommandTarget) => unknown;

/** What the program does when a line is recorded, by line: `{ "text hello": (client) => client.close() }`. */
export type Actions = Readonly<Record<string, Action | readonly Action[]>>;

/** What a run must look like; made by {@linkcode closes}, {@linkcode fails} and {@linkcode refuses}. */
export interface Expected {
  /** Every event, in order, as a line: see `lines.ts`. */
  readonly events: readonly string[];
  /** How `connect` or `run` ended, as a line. */
  readonly outcome: string;
}

/** Names of {@linkcode Certificates} that a server can have. */
type ServerIdentity = { [K in keyof Certificates]: Certificates[K] extends Identity ? K : never }[
  keyof Certificates
];

/**
 * What sets kinds of clients apart. `remote`: the socket is on another thread than the program. `blocking`: a send
 * waits until the system has taken the bytes.
 */
export type Trait = "remote" | "blocking";

/** One conversation: what a server says, what the program does, and what the program must be told. */
export interface ConformanceCase {
  /** The row of the list of what a client must get right. */
  readonly number: string;
  readonly name: string;
  readonly options?: Omit<ClientOptions, "transport">;
  /** The URL to connect to, from the server's. */
  readonly url?: (base: string) => string;
  /** The address that the server listens on. Default: `127.0.0.1`. */
  readonly host?: string;
  /** The server speaks TLS. The client trusts the tests' authority. */
  readonly tls?: { readonly identity?: ServerIdentity; readonly alpn?: readonly string[] };
  /** How the server's bytes travel. Default: in every way there is. */
  readonly deliveries?: readonly DeliveryName[];
  /** Connections to make, one after the other, each with the same result. Default: 1. */
  readonly repeat?: number;
  /**
   * The program connects again and again until the loop ends by itself. Time jumps to the end of each delay, which
   * becomes a line: `waits 500`.
   */
  readonly reconnects?: ReconnectPolicy & {
    /** What chance brings each time, from 0 up to 1. */
    readonly chance?: number;
    /** How long connections last, in milliseconds of this time. Default: 0. */
    readonly lasting?: number;
  };
  /** How many connections the program may make. Default: {@linkcode ConformanceCase.repeat}. */
  readonly connections?: number;
  /** The server's part, on a thread of its own; its connections count from 0. Left out: nobody may connect. */
  readonly server?: (peer: RawPeer, connection: number) => Promise<void>;
  readonly client?: Actions;
  /** The program sends every message back. */
  readonly echoes?: boolean;
  /** `false`: the program has no `onError`, so that `run` is to fail. Default: `true`. */
  readonly handlesErrors?: boolean;
  /** Why the case says nothing about clients of a kind. */
  readonly except?: Partial<Record<Trait, string>>;
  /** A line that may come any number of times. */
  readonly unrecorded?: string;
  readonly expected: Expected;
}

/** Activated, told these events, then the connection closed so: `1000 clean remote`. */
export function closes(events: readonly string[], close: string): Expected {
  return { events: ["activated", ...events, `closed ${close}`, "quit"], outcome: `resolves ${close}` };
}

/** Activated, told these events, then failed with this error: `ProtocolViolation 1002`. */
export function fails(events: readonly string[], error: string): Expected {
  return {
    events: ["activated", ...events, `error ${error}`, "quit"],
    outcome: `resolves 1006 unclean local, ${error}`,
  };
}

/** Never opened: `connect` failed with this error. */
export function refuses(error: string): Expected {
  return { events: [], outcome: `connect rejects ${error}` };
}

/** Opened, told nothing, closed by the server with 1000. */
export const opens: Expected = closes([], "1000 clean remote");
