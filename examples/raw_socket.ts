// The runtime's own socket, for what this module has no option for. Reading from it, writing to it or closing it
// breaks the client.
import type { Socket } from "node:net";
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
await using client = await NonBlockingClient.connect(url);

if ("Deno" in globalThis) {
  // For wss: a Deno.TlsConn.
  const { remoteAddr } = client.socket as Deno.TcpConn;
  console.log(`Deno.TcpConn to port ${(remoteAddr as Deno.NetAddr).port}`);
} else {
  // Bun's Socket has this too; Node's is a net.Socket, or for wss: a tls.TLSSocket.
  const { remotePort } = client.socket as Socket;
  console.log(`${"Bun" in globalThis ? "Bun.Socket" : "net.Socket"} to port ${remotePort}`);
}
