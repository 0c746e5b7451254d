import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { defaultLimit, RawPeer } from "./raw_server_peer.ts";

export { type ClientFrame, RawPeer } from "./raw_server_peer.ts";
export { acceptFor, type HandshakeAnswer, type HandshakeRequest } from "./raw_server_http.ts";

/** How a {@linkcode rawServer} listens. */
export interface RawServerOptions {
  /** The address to listen on. Default: `127.0.0.1`. */
  host?: string;
  /** The host in {@linkcode RawServer.url}. Default: the address. */
  name?: string;
  /** Serves TLS: `cert` and `key` as PEM, and whatever else `node:tls` takes. */
  tls?: TlsOptions;
  /** How long any wait of a script may take, in milliseconds. */
  limit?: number;
}

/** A listening server; its end is the end of the test. */
export interface RawServer extends AsyncDisposable {
  /** `ws://` or `wss://`, without a path. */
  readonly url: string;
  readonly port: number;
  /** How many connections have been accepted (over TLS: have finished their handshake). */
  readonly connections: number;
  /** Waits for the scripts, lets everything go, and throws what a script threw (the first time). */
  close(): Promise<void>;
}

/**
 * A TCP or TLS server that sends and expects bytes as its script says: one run of `script` per
 * connection. When the script ends, FIN is sent if it was not, and the connection is dropped with the
 * server; when it throws, the connection is dropped at once.
 *
 * When the test itself fails too, `await using` hides both errors in a `SuppressedError` that no reporter
 * prints: the script's goes to the console. {@linkcode withRawServer} shows both.
 *
 * @example
 * ```ts
 * await using server = await rawServer(async (peer) => {
 *   await peer.handshake();
 *   await peer.send(hex("81 05 48656c6c6f"));
 *   await peer.closed();
 * });
 * ```
 */
export async function rawServer(
  script: (peer: RawPeer) => Promise<void>,
  options: RawServerOptions = {},
): Promise<RawServer> {
  const { host = "127.0.0.1", limit = defaultLimit } = options;
  const sockets = new Set<Socket>();
  const runs: Promise<void>[] = [];
  const failures: unknown[] = [];

  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  // Over TLS the socket below is told of first, in Bun as the same object.
  const wireOf = (socket: Socket) => [...sockets].find(({ remotePort }) => remotePort === socket.remotePort);
  const accept = (socket: Socket) => {
    keep(socket);
    const peer = new RawPeer(socket, { limit, wire: wireOf(socket) });
    const run = script(peer).then(
      () => void socket.end(),
      (error) => {
        failures.push(error);
        peer.destroy();
      },
    );
    runs.push(run);
  };
  const server = options.tls
    // Declared for plain sockets only, but all three runtimes hand it on.
    ? createTlsServer({ ...options.tls, allowHalfOpen: true } as TlsOptions, accept).on("connection", keep)
    : createServer({ allowHalfOpen: true, noDelay: true }, accept);
  // A client that breaks off a TLS handshake is the client's test to judge.
  server.on("tlsClientError", () => {});
  await listen(server, host);

  const { port } = server.address() as AddressInfo;
  const name = options.name ?? (host.includes(":") ? `[${host}]` : host);
  let closing: Promise<void> | undefined;
  const letGo = async () => {
    const stopped = new Promise((resolve) => server.close(resolve));
    await bounded(Promise.all(runs), limit + 500, "the script of a raw server to end")
      .catch((error) => failures.push(error));
    for (const socket of sockets) socket.destroy();
    await stopped;
  };
  const close = async () => {
    await (closing ??= letGo());
    if (failures.length > 0) throw failures.splice(0)[0];
  };
  return {
    url: `${options.tls ? "wss" : "ws"}://${name}:${port}`,
    port,
    get connections() {
      return runs.length;
    },
    close,
    async [Symbol.asyncDispose]() {
      await close().catch((error) => {
        console.error("The script of a raw server failed:", error);
        throw error;
      });
    },
  };
}

/** Runs `body` with a {@linkcode rawServer}. When both fail, the error thrown tells both stories. */
export async function withRawServer(
  script: (peer: RawPeer) => Promise<void>,
  body: (server: RawServer) => Promise<void>,
  options: RawServerOptions = {},
): Promise<void> {
  const server = await rawServer(script, options);
  const [test] = await Promise.allSettled([body(server)]);
  const [served] = await Promise.allSettled([server.close()]);
  const reasons = [test, served].flatMap((result) => result.status === "rejected" ? [result.reason] : []);
  if (reasons.length === 2) {
    const [first, second] = reasons.map((reason) => reason instanceof Error ? reason.stack : String(reason));
    throw new AggregateError(reasons, `${first}\n\nThe server's script failed too: ${second}`);
  }
  if (reasons.length === 1) throw reasons[0];
}

function listen(server: Server, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
}

async function bounded(work: Promise<unknown>, limit: number, what: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limit} ms for ${what}`)), limit);
  });
  try {
    await Promise.race([work, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
