/**
 * Real WebSocket servers that echo, one per implementation, all with the same face. Each agrees to the first
 * subprotocol offered.
 */
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type PerMessageDeflateOptions, type WebSocket as WsSocket, WebSocketServer } from "ws";
import { certificates } from "./certificates.ts";

/** A running echo server. */
export interface EchoServer extends AsyncDisposable {
  /** `ws://` or `wss://`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Over TLS, the authority to trust: PEM. */
  readonly ca?: string;
  /** Drops the connections and stops. */
  close(): Promise<void>;
}

/** How an echo server is to run. */
export interface EchoServerOptions {
  /** Serves `wss:` with {@linkcode certificates}' server certificate. Default: `false`. */
  tls?: boolean;
  /**
   * Agrees to permessage-deflate (RFC 7692) when it is offered; an object has options of `ws`. Default: `false`; Deno's
   * never does.
   */
  perMessageDeflate?: boolean | PerMessageDeflateOptions;
  /** Default: any free port. */
  port?: number;
}

/** An implementation that this runtime has. */
export interface EchoServerKind {
  readonly name: string;
  start(options?: EchoServerOptions): Promise<EchoServer>;
}

const host = "127.0.0.1";
const notWebSocket = "This server speaks WebSocket only.\n";
const maxMessageSize = 256 << 20;

/** The servers that this runtime has, its own first. */
export function serversOfThisRuntime(): readonly EchoServerKind[] {
  const ws: EchoServerKind = { name: "ws", start: wsServer };
  if ("Bun" in globalThis) return [{ name: "Bun.serve", start: bunServer }, ws];
  if ("Deno" in globalThis) return [{ name: "Deno.serve", start: denoServer }, ws];
  return [ws];
}

/** The npm package `ws`. In Bun, which puts an implementation of its own in its place, that one. */
export async function wsServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const identity = await identityFor(options);
  const refuse: RequestListener = (_request, response) => response.writeHead(426).end(notWebSocket);
  const http = identity ? createTlsServer(identity, refuse) : createServer(refuse);
  const server = new WebSocketServer({
    server: http,
    perMessageDeflate: options.perMessageDeflate ?? false,
    maxPayload: maxMessageSize,
  });
  server.on("connection", (socket: WsSocket) => {
    // An error here is the client's doing, and the close that follows is what its test looks at.
    socket.on("error", () => {});
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  await new Promise<void>((resolve, reject) => {
    http.once("error", reject);
    http.listen(options.port ?? 0, host, resolve);
  });
  return echoServer((http.address() as AddressInfo).port, identity, async () => {
    for (const client of server.clients) client.terminate();
    server.close();
    const closed = new Promise((resolve) => http.close(resolve));
    http.closeAllConnections();
    await closed;
  });
}

/** `Deno.serve` with `Deno.upgradeWebSocket`. */
export async function denoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const identity = await identityFor(options);
  const stop = new AbortController();
  const sockets = new Set<WebSocket>();
  const server = Deno.serve(
    { hostname: host, port: options.port ?? 0, signal: stop.signal, onListen: () => {}, ...identity },
    (request) => {
      if (request.headers.get("upgrade") === null) return upgradeRequired();
      const protocol = firstProtocol(request);
      const { socket, response } = Deno.upgradeWebSocket(request, { protocol, idleTimeout: 0 });
      socket.binaryType = "arraybuffer";
      sockets.add(socket);
      socket.onmessage = ({ data }) => socket.send(data);
      socket.onclose = () => sockets.delete(socket);
      return response;
    },
  );
  return echoServer(server.addr.port, identity, async () => {
    const closed = [...sockets].map((socket) => new Promise((resolve) => socket.onclose = resolve));
    for (const socket of sockets) socket.close();
    stop.abort();
    await Promise.all([server.finished, ...closed]);
  });
}

/** `Bun.serve`. */
export async function bunServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const identity = await identityFor(options);
  const { Bun } = globalThis as unknown as { Bun: BunApi };
  const server = Bun.serve({
    hostname: host,
    port: options.port ?? 0,
    ...(identity && { tls: identity }),
    fetch(request, server) {
      const protocol = firstProtocol(request);
      const headers = protocol === undefined ? undefined : { "Sec-WebSocket-Protocol": protocol };
      return server.upgrade(request, { headers }) ? undefined : upgradeRequired();
    },
    websocket: {
      message: (socket, message) => void socket.send(message),
      perMessageDeflate: options.perMessageDeflate !== undefined && options.perMessageDeflate !== false,
      maxPayloadLength: maxMessageSize,
      // Past it Bun drops messages.
      backpressureLimit: maxMessageSize,
      idleTimeout: 0,
    },
  });
  return echoServer(server.port, identity, () => server.stop(true));
}

/** The part of Bun's API that is used here. */
interface BunApi {
  serve(options: {
    hostname: string;
    port: number;
    tls?: Identity;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      message(socket: { send(message: string | Uint8Array): number }, message: string | Uint8Array): void;
      perMessageDeflate: boolean;
      maxPayloadLength: number;
      backpressureLimit: number;
      idleTimeout: number;
    };
  }): BunServer;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request, options: { headers: Record<string, string> | undefined }): boolean;
  stop(closeActiveConnections: boolean): Promise<void>;
}

interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

async function identityFor({ tls }: EchoServerOptions): Promise<Identity | undefined> {
  if (!tls) return undefined;
  const { server, ca } = await certificates();
  return { ...server, ca };
}

function echoServer(port: number, identity: Identity | undefined, stop: () => Promise<void>): EchoServer {
  let stopping: Promise<void> | undefined;
  const close = () => stopping ??= stop();
  return {
    url: `${identity ? "wss" : "ws"}://${host}:${port}`,
    port,
    ...(identity && { ca: identity.ca }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function firstProtocol(request: Request): string | undefined {
  return request.headers.get("sec-websocket-protocol")?.split(",")[0].trim();
}

function upgradeRequired(): Response {
  return new Response(notWebSocket, { status: 426 });
}
