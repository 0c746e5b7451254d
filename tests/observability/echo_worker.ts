/** A server that compresses, echoes, and pings whoever connects; `/refused` it does not open. Its port is its first message. */
import { parentPort } from "node:worker_threads";
import { type WebSocket, WebSocketServer } from "ws";

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: 0,
  perMessageDeflate: { threshold: 0 },
  verifyClient: ({ req }: { req: { url?: string } }) => !req.url?.startsWith("/refused"),
});
server.on("connection", (socket: WebSocket) => {
  socket.on("error", () => {});
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  socket.ping("SECRET-ping");
});
server.on("listening", () => parentPort!.postMessage((server.address() as { port: number }).port));
