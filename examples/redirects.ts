// Following redirects, and what is not sent along to another origin.
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { NonBlockingClient, WebSocketError } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
// A server that has moved.
const moved = createServer().on("upgrade", (_request, socket: Socket) => {
  socket.end(`HTTP/1.1 308 Permanent Redirect\r\nLocation: ${url}\r\nContent-Length: 0\r\n\r\n`);
});
await new Promise<void>((resolve) => moved.listen(0, "127.0.0.1", resolve));
const old = `ws://127.0.0.1:${(moved.address() as AddressInfo).port}`;

try {
  await NonBlockingClient.connect(old);
} catch (error) {
  if (!(error instanceof WebSocketError)) throw error;
  console.log(`not followed: ${error.code}, ${error.response?.status}`);
}

await using client = await NonBlockingClient.connect(old, {
  followRedirects: true, // up to 5; or a number, or { limit, allowDowngrade }
  headers: { authorization: "Bearer s3cr3t" }, // for the first server alone
});
console.log(`connected to the new one: ${new URL(client.url).origin === new URL(url).origin}`);
moved.close();
