/**
 * The other side of a transport's connection: a server of `node:net` or `node:tls`, which all three runtimes
 * have.
 *
 * @module
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls";
import { tcpBelow } from "../../src/transport/tcp_below.ts";
import { Changes } from "./changes.ts";

/** One accepted connection. It reads from the beginning, and stays open when the client ends. */
export class Peer {
  readonly socket: Socket | TLSSocket;
  readonly changes: Changes = new Changes();
  /** FIN came. */
  ended = false;
  closed = false;
  /** The code of the error that ended it. */
  error: string | undefined;
  /** Called for each chunk. */
  receive: (bytes: Uint8Array) => void = () => {};

  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => {
      this.#chunks.push(Uint8Array.from(bytes as Uint8Array));
      this.#length += bytes.length;
      this.receive(bytes as Uint8Array);
      this.changes.notify();
    });
    socket.on("end", () => {
      this.ended = true;
      this.changes.notify();
    });
    socket.on("error", (error) => this.error = (error as { code?: string }).code);
    socket.on("close", () => {
      this.closed = true;
      this.changes.notify();
    });
  }

  /** Stops reading, so that the client's writes pile up. */
  pause(): void {
    this.socket.pause();
    tcpBelow(this.socket)?.readStop();
  }

  resume(): void {
    this.socket.resume();
    tcpBelow(this.socket)?.readStart();
  }

  /** Number of bytes received. */
  get length(): number {
    return this.#length;
  }

  /** All bytes received. */
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  /** Waits until so many bytes have come. */
  received(length: number): Promise<void> {
    return this.changes.until(() => this.#length >= length, `${length} bytes at the peer`);
  }

  /** Resolves when the system has taken the bytes. */
  send(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }
}

/** How a {@linkcode Listener} listens. */
export interface ListenerOptions {
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Serves TLS. */
  readonly tls?: TlsOptions;
}

/** A listening server. */
export class Listener implements AsyncDisposable {
  readonly changes: Changes = new Changes();
  readonly peers: Peer[] = [];
  /** What failed before a TLS connection was there. */
  readonly failures: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Listens on a free port. */
  static async open({ host = "127.0.0.1", tls }: ListenerOptions = {}): Promise<Listener> {
    const accept = (socket: Socket) => {
      listener.peers.push(new Peer(socket));
      listener.changes.notify();
    };
    const server = tls === undefined
      ? createServer({ allowHalfOpen: true }, accept)
      : createTlsServer({ ...tls, allowHalfOpen: true } as TlsOptions, accept);
    const listener = new Listener(server);
    server.on("connection", (socket: Socket) => {
      listener.#sockets.add(socket);
      socket.on("close", () => listener.#sockets.delete(socket));
    });
    server.on("tlsClientError", (error: Error) => {
      listener.failures.push((error as { code?: string }).code ?? error.message);
      listener.changes.notify();
    });
    await new Promise<void>((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, host, resolve);
    });
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The first connection, or the one of that number. */
  async peer(index = 0): Promise<Peer> {
    await this.changes.until(() => this.peers.length > index, "a connection at the peer");
    return this.peers[index];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.peers) socket.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** A port on which nobody listens. */
export async function unusedPort(): Promise<number> {
  await using listener = await Listener.open();
  return listener.port;
}
