import { currentRuntime } from "../runtimes.ts";
import type { Connection, Receiver } from "./contestant.ts";
import { connectWebSocket } from "./web_socket.ts";

/** The runtime's own `WebSocket`. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  const binaryType = currentRuntime() === "bun" ? "nodebuffer" : "arraybuffer";
  return connectWebSocket(url, receiver, { Client: WebSocket, binaryType });
}
