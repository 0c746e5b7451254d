/**
 * The thread behind {@linkcode Site}: real HTTP servers, on several origins and on Unix sockets, which redirect where
 * the request's query says, and tell whoever opens a WebSocket what they have seen of it.
 *
 * @module
 */
import { mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parentPort } from "node:worker_threads";
import { WebSocketServer } from "ws";
import { certificates } from "../support/certificates.ts";
import type { MoreRequest, Seen, SiteAddresses } from "./site.ts";

const webSockets = new WebSocketServer({ noServer: true });
const host = "127.0.0.1";

function serve(server: Server): Server {
  return server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Uint8Array) => {
    socket.on("error", () => {});
    const { pathname, searchParams } = new URL(request.url!, "http://site");
    if (pathname === "/silence") return;
    if (pathname === "/ping") return redirect(socket, new URLSearchParams({ to: "/pong" }));
    if (pathname === "/pong") return redirect(socket, new URLSearchParams({ to: "/ping" }));
    if (pathname === "/redirect") return redirect(socket, searchParams);
    const seen: Seen = {
      resource: request.url!,
      headers: request.headers as Seen["headers"],
      remoteAddress: request.socket.remoteAddress,
      localAddress: request.socket.localAddress,
    };
    webSockets.handleUpgrade(request, socket, head as never, (webSocket) => {
      webSocket.on("error", () => {});
      webSocket.send(JSON.stringify(seen));
    });
  });
}

/** With a body of one KiB, or with one that does not end. */
function redirect(socket: Socket, query: URLSearchParams): void {
  const endless = query.has("endless");
  const length = endless ? [] : ["Content-Length: 1024"];
  const header = [
    `HTTP/1.1 ${query.get("status") ?? 302} Elsewhere`,
    `Location: ${query.get("to")}`,
    ...length,
  ];
  socket.write(`${header.join("\r\n")}\r\n\r\n${"x".repeat(1024)}`);
  if (!endless) return void socket.end();
  const timer = setInterval(() => socket.write("x".repeat(1024)), 1);
  socket.on("close", () => clearInterval(timer));
}

function listen(server: Server, path?: string): Promise<string> {
  return new Promise((resolve) => {
    const listening = () => resolve(path ?? String((server.address() as AddressInfo).port));
    if (path === undefined) server.listen(0, host, listening);
    else server.listen(path, listening);
  });
}

parentPort!.on("message", ({ host, port }: MoreRequest) => {
  serve(createServer()).listen(port, host, () => parentPort!.postMessage("listening"));
});

/** Accepts, and says nothing: a TLS handshake waits for ever. */
function mute(): Promise<string> {
  const server = createTcpServer((socket) => void socket.on("error", () => {}).resume());
  return listen(server as unknown as Server);
}

const { server: identity, ca } = await certificates();
const folder = mkdtempSync(join(tmpdir(), "site-"));
const [plain, other, secure, muted] = await Promise.all([
  listen(serve(createServer())),
  listen(serve(createServer())),
  listen(serve(createTlsServer(identity))),
  mute(),
]);
const socketPath = await listen(serve(createServer()), join(folder, "plain.sock"));
const secureSocketPath = await listen(serve(createTlsServer(identity)), join(folder, "tls.sock"));
const addresses: SiteAddresses = {
  plain: `${host}:${plain}`,
  other: `${host}:${other}`,
  secure: `${host}:${secure}`,
  mute: `${host}:${muted}`,
  socketPath,
  secureSocketPath,
  folder,
  ca,
};
parentPort!.postMessage(addresses);
