/**
 * Byte streams over `Deno.connect` and `Deno.startTls`.
 *
 * @module
 */
import { isIP } from "node:net";
import { tlsFailed } from "./connect_error.ts";
import { Delivery } from "./delivery.ts";
import { dial, untilAborted } from "./dial.ts";
import type { Address } from "./lookup.ts";
import { ReadBuffers } from "./read_buffers.ts";
import { type CarrierStream, connectThrough } from "./through_proxy.ts";
import { tlsSettings } from "./tls_settings.ts";
import type {
  ByteStream,
  ByteStreamSink,
  ConnectContext,
  ConnectTarget,
  SocketOptions,
  Transport,
} from "./transport.ts";

const NOTHING = new Uint8Array(0);

/** Bytes that a stream reads before timers and other streams have their turn. */
const turnSize = 256 * 1024;

/** Byte streams over `Deno.connect` and `Deno.startTls`. */
export const denoTransport: Transport = {
  name: "deno",
  unixSockets: true,
  asksLookup: true,
  unsupported: ["ttl", "quickAck", "busyPoll", "receiveBufferSize", "sendBufferSize", "typeOfService"],
  tunnels: true,

  async connect(target: ConnectTarget, context: ConnectContext): Promise<ByteStream> {
    if (needsNode(target)) {
      const { nodeTransport } = await import("./node.ts");
      return await nodeTransport.connect(target, context);
    }
    const { tunnel } = target;
    if (tunnel === undefined) return await connectTo(target, context);
    return await connectThrough({ ...target, tunnel }, context, {
      connect: connectTo,
      secure: async ({ socket }, target, context) =>
        new DenoByteStream(await secure(socket as Deno.TcpConn, target, context)),
    });
  },
};

async function connectTo(target: ConnectTarget, context: ConnectContext): Promise<DenoByteStream> {
  const connection = await dial(target, context, {
    takesNames: isIP(target.host) === 0 && !mayConnectAnywhere(),
    attempt: (address, signal) => open(address, target.port, signal),
    discard: (connection) => connection.close(),
  });
  if (!isTcp(connection)) return new DenoByteStream(connection);
  setSocketOptions(connection, target.socket);
  return new DenoByteStream(
    target.tls === undefined ? connection : await secure(connection, target, context),
  );
}

/**
 * Whether something is asked for that only `node:net` and `node:tls` do in Deno. `Deno.startTls` trusts
 * `caCerts` in addition to the runtime's store, not in its place, and takes neither a client certificate nor
 * an order to trust anyone, nor a Unix socket; `setKeepAlive` takes no time, and `Deno.connect` no local address.
 */
function needsNode({ tls, socket, socketPath, tunnel }: ConnectTarget): boolean {
  if (typeof socket.tcpKeepAlive === "number" || socket.localAddress !== undefined) return true;
  if (tls !== undefined && socketPath !== undefined) return true;
  // One TLS in another.
  if (tls !== undefined && tunnel?.tls !== undefined) return true;
  return [tls, tunnel?.tls].some((tls) =>
    tls?.verify === false || (tls?.caCerts ?? tls?.cert ?? tls?.key ?? tls?.pins) !== undefined
  );
}

/** `--allow-net=example.com` permits to connect by this name, but to none of its addresses. */
function mayConnectAnywhere(): boolean {
  return Deno.permissions.querySync({ name: "net" }).state === "granted";
}

async function open(
  { address, family }: Address,
  port: number,
  signal: AbortSignal,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  return family === "unix"
    ? await openUnix(address, signal)
    : await Deno.connect({ hostname: address, port, signal });
}

/** Deno does not call this off: a socket that comes too late is closed. */
async function openUnix(path: string, signal: AbortSignal): Promise<Deno.UnixConn> {
  const connecting = Deno.connect({ transport: "unix", path });
  try {
    return await untilAborted(connecting, signal);
  } catch (error) {
    connecting.then(close, () => {});
    throw error;
  }
}

function isTcp(connection: Deno.TcpConn | Deno.UnixConn): connection is Deno.TcpConn {
  return connection.remoteAddr.transport === "tcp";
}

function setSocketOptions(connection: Deno.TcpConn, { noDelay = true, tcpKeepAlive }: SocketOptions): void {
  if (noDelay !== null) connection.setNoDelay(noDelay);
  if (tcpKeepAlive !== undefined) connection.setKeepAlive(tcpKeepAlive !== false);
}

/**
 * The TLS handshake. When it is aborted, Deno closes the TCP connection only once the peer has answered or
 * closed: until then, it is a socket that nobody can reach.
 */
async function secure(
  connection: Deno.TcpConn,
  target: ConnectTarget,
  context: ConnectContext,
): Promise<Deno.TlsConn> {
  const { signal } = context;
  const { identity, alpnProtocols } = tlsSettings(target.tls ?? {}, target.host);
  let open: Deno.Conn = connection;
  const abort = () => close(open);
  context.enterPhase("tls");
  signal.addEventListener("abort", abort);
  try {
    const secured = await Deno.startTls(connection, { hostname: identity, alpnProtocols });
    open = secured;
    signal.throwIfAborted();
    await secured.handshake();
    return secured;
  } catch (error) {
    close(open);
    signal.throwIfAborted();
    throw tlsFailed(target, error);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Closes what may be closed already: Deno throws then. */
function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

class DenoByteStream implements CarrierStream {
  readonly socket: Deno.TcpConn | Deno.UnixConn | Deno.TlsConn;
  readonly #delivery = new Delivery();
  readonly #buffers = new ReadBuffers();
  #reading = false;
  #unsent = 0;
  #shutDown = false;
  /** FIN came, FIN went. */
  #readEnded = false;
  #writeEnded = false;
  #closed = false;

  constructor(socket: Deno.TcpConn | Deno.UnixConn | Deno.TlsConn) {
    this.socket = socket;
  }

  get unsent(): number {
    return this.#unsent;
  }

  attach(sink: ByteStreamSink): void {
    this.#delivery.attach(sink);
  }

  resume(): void {
    this.#delivery.resume();
    if (!this.#reading && !this.#readEnded) this.#read();
  }

  pause(): void {
    this.#delivery.pause();
  }

  putBack(bytes: Uint8Array): void {
    this.#delivery.putBack(bytes);
  }

  write(bytes: Uint8Array, start: number, end: number): boolean {
    if (start === end || this.#shutDown || this.#closed) return true;
    this.#unsent = end - start;
    this.#write(bytes.subarray(start, end));
    return false;
  }

  shutdown(): void {
    if (this.#shutDown || this.#closed) return;
    this.#shutDown = true;
    if (this.#unsent === 0) this.#closeWrite();
  }

  destroy(): void {
    this.#delivery.drop();
    this.#close();
  }

  setKeepsProcessAlive(keeps: boolean): void {
    if (keeps) this.socket.ref();
    else this.socket.unref();
  }

  /** Reads until paused. A read cannot be called off: what the last one brings is held by the delivery. */
  async #read(): Promise<void> {
    this.#reading = true;
    let turn = 0;
    try {
      while (!this.#delivery.paused && !this.#closed) {
        const buffer = this.#buffers.take();
        const count = await this.socket.read(buffer);
        if (count === null) return this.#endRead();
        this.#delivery.data(buffer.subarray(0, count));
        this.#buffers.give(buffer, count);
        // Reads of what is there already come back without a turn of the event loop.
        turn += count;
        if (turn < turnSize) continue;
        turn = 0;
        await new Promise((resolve) => setImmediate(resolve));
      }
    } catch (error) {
      // TLS without close_notify: the peer just sent FIN, as many do.
      if (error instanceof Deno.errors.UnexpectedEof) this.#endRead();
      else this.#close(error);
    } finally {
      this.#reading = false;
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        const count = await this.socket.write(rest);
        if (this.#closed) return;
        this.#unsent = rest.length - count;
        // Mostly nothing is left, and no view of it needed.
        rest = count === rest.length ? NOTHING : rest.subarray(count);
      }
    } catch (error) {
      return this.#close(error);
    }
    if (this.#shutDown) this.#closeWrite();
    this.#delivery.writable();
  }

  async #closeWrite(): Promise<void> {
    // A failure means that the peer is gone: reading tells.
    await this.socket.closeWrite().catch(() => {});
    this.#writeEnded = true;
    if (this.#readEnded) this.#close();
  }

  #endRead(): void {
    this.#readEnded = true;
    this.#delivery.end();
    if (this.#writeEnded) this.#close();
  }

  #close(error?: unknown): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unsent = 0;
    close(this.socket);
    this.#delivery.close(error);
  }
}
