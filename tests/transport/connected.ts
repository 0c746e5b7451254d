import type { TlsOptions as ServerTlsOptions } from "node:tls";
import type {
  ByteStream,
  ConnectPhase,
  SocketOptions,
  TlsOptions,
  Transport,
} from "../../src/transport/transport.ts";
import { certificates, certificatesVariable } from "../support/certificates.ts";
import { Listener, type Peer } from "./peer.ts";
import { RecordingSink } from "./recording_sink.ts";

/** Where and how {@linkcode connect} connects. */
export interface ConnectOptions {
  readonly port: number;
  readonly host?: string;
  readonly tls?: TlsOptions;
  readonly socket?: SocketOptions;
  readonly signal?: AbortSignal;
  /** Told of each phase as it begins. */
  readonly onPhase?: (phase: ConnectPhase) => void;
}

/** Connects a transport, by default to 127.0.0.1, and never aborts. */
export function connect(transport: Transport, options: ConnectOptions): Promise<ByteStream> {
  const { host = "127.0.0.1", port, tls, socket = {}, onPhase = () => {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  return transport.connect({ host, port, tls, socket }, { signal, enterPhase: onPhase });
}

/** A stream with a sink, and the peer at its other end. */
export class Connected implements AsyncDisposable {
  readonly stream: ByteStream;
  readonly sink: RecordingSink;
  readonly peer: Peer;
  readonly #listener: Listener;

  constructor(stream: ByteStream, sink: RecordingSink, peer: Peer, listener: Listener) {
    this.stream = stream;
    this.sink = sink;
    this.peer = peer;
    this.#listener = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stream.destroy();
    await this.sink.told("close");
    await this.#listener[Symbol.asyncDispose]();
  }
}

/** Whether the tests' authority is in the runtime's own store: see `deno_store_test.ts`. */
export const inStore: boolean = process.env[certificatesVariable] !== undefined;

/** The options by which the tests' authority is trusted. */
export async function trust(): Promise<TlsOptions> {
  return inStore ? {} : { caCerts: (await certificates()).ca };
}

/** What a connection runs over. */
export type Layer = "TCP" | "TLS";

/** Connects a transport to a fresh server. The stream is attached and paused. */
export async function connected(
  transport: Transport,
  { layer = "TCP", socket }: { readonly layer?: Layer; readonly socket?: SocketOptions } = {},
): Promise<Connected> {
  const { server } = await certificates();
  const serverTls: ServerTlsOptions | undefined = layer === "TLS" ? { ...server } : undefined;
  const listener = await Listener.open({ tls: serverTls });
  const stream = await connect(transport, {
    port: listener.port,
    tls: layer === "TLS" ? await trust() : undefined,
    socket,
  });
  const sink = new RecordingSink();
  stream.attach(sink);
  return new Connected(stream, sink, await listener.peer(), listener);
}

/** Bytes of which no two stretches look the same: what is lost, doubled or out of order shows. */
export function pattern(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

/** Where two byte strings differ first, or -1: quicker to fail, and to read, than comparing a megabyte. */
export function firstDifference(actual: Uint8Array, expected: Uint8Array): number {
  const length = Math.max(actual.length, expected.length);
  for (let i = 0; i < length; i++) if (actual[i] !== expected[i]) return i;
  return -1;
}
