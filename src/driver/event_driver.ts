import { WebSocketError } from "../core/errors.ts";
import { OpeningHandshake } from "../core/handshake.ts";
import { MaskKeys } from "../core/mask.ts";
import type { WebSocketUrl } from "../core/url.ts";
import type { ByteStream, ByteStreamSink, ConnectPhase, SocketOptions } from "../transport/transport.ts";
import type { TlsOptions, Transport } from "../transport/transport.ts";
import { eventLoopClock } from "./clock.ts";
import { Connection } from "./connection.ts";
import { ioError } from "./connection_lost.ts";
import { EventLoopPolling } from "./event_loop_polling.ts";
import { ConnectionLog } from "./logger.ts";
import { PhaseTimes } from "./phase_times.ts";
import type { ConnectionSettings } from "./settings.ts";

/** Where to connect to and how, for {@linkcode connectEventDriven}: everything checked. */
export interface EventDrivenTarget {
  readonly url: WebSocketUrl;
  readonly transport: Transport;
  readonly socket: SocketOptions;
  readonly tls: TlsOptions | undefined;
  readonly headers: HeadersInit | undefined;
  readonly protocols: string | readonly string[] | undefined;
  readonly handshakeTimeout: number;
}

/** An open WebSocket, and what the opening handshake agreed on. */
export interface Opened<Client> {
  readonly connection: Connection<Client>;
  readonly polling: EventLoopPolling | undefined;
  readonly stream: ByteStream;
  /** Normalised. */
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
}

/** One pool for all connections of this thread. */
const random = (bytes: Uint8Array): void => {
  crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>);
};
const maskKeys = new MaskKeys(random);

/**
 * Opens a WebSocket over an event-driven transport: byte stream, then opening handshake, within one limit of
 * time. The connection is not read before it runs.
 */
export async function connectEventDriven<Client>(
  target: EventDrivenTarget,
  settings: ConnectionSettings,
): Promise<Opened<Client>> {
  const { url, transport, headers, protocols } = target;
  // Before anything is opened: this also checks headers and subprotocols.
  const handshake = new OpeningHandshake({ url, headers, protocols, random });
  const log = new ConnectionLog(settings.logger);
  const times = new PhaseTimes();
  const enterPhase = (phase: ConnectPhase | "upgrade"): void => {
    times.enter(phase);
    log.debug(`connecting to ${url.authority}: ${phase}`);
  };
  const limit = new ConnectLimit(target.handshakeTimeout, settings.signal, () => times.phase);
  const open = (stream: ByteStream, leftover: Uint8Array): Opened<Client> => {
    const timings = times.finish();
    const { protocol, extensions } = handshake;
    log.info(
      `connected to ${url.authority} over ${transport.name}${protocol && `, subprotocol ${protocol}`}`,
    );
    const parts = { stream, settings, clock: eventLoopClock, log, maskKeys, timings, leftover };
    const connection = new Connection<Client>(parts);
    const polling = settings.spinWaitDuration === undefined
      ? undefined
      : new EventLoopPolling(settings.spinWaitDuration, connection);
    return { connection, polling, stream, url: url.href, protocol, extensions };
  };
  try {
    const stream = await transport.connect(
      {
        host: url.host,
        port: url.port,
        tls: url.secure ? target.tls ?? {} : undefined,
        socket: target.socket,
      },
      { signal: limit.signal, enterPhase },
    );
    enterPhase("upgrade");
    return await upgrade(stream, handshake, { signal: limit.signal, open });
  } catch (error) {
    log.error(`connecting to ${url.authority} failed: ${(error as Error).message}`);
    throw error;
  } finally {
    limit.clear();
  }
}

/** The limit on the whole of connecting: a time, and the program's own signal. */
class ConnectLimit {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: () => void;

  constructor(timeout: number, signal: AbortSignal | undefined, phase: () => ConnectPhase | "upgrade") {
    this.#signal = signal;
    this.#onAbort = () => {
      const error = new WebSocketError("Aborted", "connecting was aborted by its signal", {
        cause: signal!.reason,
      });
      this.#controller.abort(error);
    };
    this.#timer = setTimeout(() => {
      const message = `connecting took longer than handshakeTimeout, ${timeout} ms: in phase ${phase()}`;
      this.#controller.abort(new WebSocketError("Timeout", message, { phase: phase() }));
    }, timeout);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborted with a `WebSocketError` as its reason. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

interface UpgradeSteps<Client> {
  readonly signal: AbortSignal;
  /** Takes the stream over at once, so that nothing is told to nobody in between. */
  open(stream: ByteStream, leftover: Uint8Array): Opened<Client>;
}

/** Sends the request and reads the answer; then the stream is paused and taken over. */
function upgrade<Client>(
  stream: ByteStream,
  handshake: OpeningHandshake,
  { signal, open }: UpgradeSteps<Client>,
): Promise<Opened<Client>> {
  const { promise, resolve, reject } = Promise.withResolvers<Opened<Client>>();
  let requestTaken = false;
  let leftover: Uint8Array | undefined;
  // A server may answer before all of the request was taken; nothing else may be written before it was.
  const openWhenTaken = (): void => {
    if (requestTaken && leftover !== undefined) resolve(open(stream, leftover));
  };
  const fail = (error: unknown): void => {
    stream.destroy();
    reject(error);
  };
  const onAbort = (): void => {
    const error = signal.reason as WebSocketError;
    // What a server has answered so far says more than that it took too long.
    fail(error.code === "Timeout" ? handshake.abandon() ?? error : error);
  };
  const sink: ByteStreamSink = {
    onData(bytes: Uint8Array): void {
      try {
        const taken = handshake.receive(bytes);
        if (!handshake.done) return;
        stream.pause();
        leftover = bytes.slice(taken);
        openWhenTaken();
      } catch (error) {
        fail(error);
      }
    },
    onWritable(): void {
      requestTaken = true;
      openWhenTaken();
    },
    onEnd(): void {
      try {
        handshake.end();
      } catch (error) {
        fail(error);
      }
    },
    onClose(error?: unknown): void {
      reject(handshake.abandon() ?? lostInHandshake(error));
    },
  };
  if (signal.aborted) {
    fail(signal.reason);
    return promise;
  }
  signal.addEventListener("abort", onAbort, { once: true });
  stream.attach(sink);
  requestTaken = stream.write(handshake.request, 0, handshake.request.length);
  stream.resume();
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}

function lostInHandshake(error: unknown): WebSocketError {
  const why = error === undefined ? "the server closed the connection" : ioError(error).message;
  return new WebSocketError("HandshakeFailed", `Cannot open the WebSocket: ${why}`, { cause: error });
}
