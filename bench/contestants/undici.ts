import { WebSocket } from "undici";
import type { Connection, Receiver } from "./contestant.ts";
import { connectWebSocket } from "./web_socket.ts";

/** `undici` from npm; in Bun that name is Bun's own replacement. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  return connectWebSocket(url, receiver, { Client: WebSocket, binaryType: "arraybuffer" });
}
