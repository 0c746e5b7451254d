import { assertThrows } from "@std/assert";
import { type ByteStream, NonBlockingClient, type NonBlockingOptions, WebSocketError } from "../../mod.ts";
import type { MemoryStreamOptions } from "../../src/transport/memory.ts";
import { type MemoryServer, memoryServer } from "./memory_server.ts";
import { bounded } from "./setup.ts";

/** A client that is connected to a {@linkcode memoryServer}, and has not run yet. */
export interface MemoryClient {
  readonly server: MemoryServer;
  readonly client: NonBlockingClient;
  /** The size of each write since the connection was opened. */
  writes(): readonly number[];
  /** What the server has read, as `"1 hello"`. */
  received(): readonly string[];
}

/** Connects a client; `stream` says how its end of the stream behaves. */
export async function memoryClient(
  options: NonBlockingOptions = {},
  stream: MemoryStreamOptions = {},
): Promise<MemoryClient> {
  const server = memoryServer({ client: stream });
  let opened: { readonly writes: readonly number[] } | undefined;
  const transport = {
    ...server.transport,
    connect: async (...args: Parameters<typeof server.transport.connect>): Promise<ByteStream> => {
      const end = await server.transport.connect(...args);
      opened = end as ByteStream & { readonly writes: readonly number[] };
      return end;
    },
  };
  const client = await NonBlockingClient.connect("ws://memory.example", { transport, ...options });
  // The request is not what is tested with this.
  const before = opened!.writes.length;
  return {
    server,
    client,
    writes: () => opened!.writes.slice(before),
    received: () =>
      server.frames.map(({ opcode, payload }) => `${opcode} ${new TextDecoder().decode(payload)}`),
  };
}

/** Lets the client go. */
export async function end(client: NonBlockingClient): Promise<void> {
  client.forceQuit();
  await bounded("the client to end", client[Symbol.asyncDispose]());
}

/** The code of the error that `action` throws. */
export function codeOf(action: () => unknown): string {
  return assertThrows(action, WebSocketError).code;
}
