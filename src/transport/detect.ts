import { WebSocketError } from "../core/errors.ts";
import type { Transport } from "./transport.ts";

/** The runtimes with an event-driven transport of their own. */
export type RuntimeName = "deno" | "bun" | "node";

/** The runtime that this code runs in. */
export function detectRuntime(): RuntimeName {
  if ("Deno" in globalThis) return "deno";
  if ("Bun" in globalThis) return "bun";
  return "node";
}

/** The transports that have been loaded: to import them again for each connection would take longer than all else. */
const loaded = new Map<RuntimeName, Transport>();

/**
 * The transport of a name, by default the runtime's own. `"node"` works on every runtime. Nothing that belongs
 * to another runtime is loaded.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for a transport that this runtime cannot run.
 */
export function loadTransport(name: RuntimeName = detectRuntime()): Promise<Transport> | Transport {
  return loaded.get(name) ?? load(name);
}

async function load(name: RuntimeName): Promise<Transport> {
  const runtime = detectRuntime();
  if (name !== "node" && name !== runtime) {
    const message = `options: transport "${name}" does not run in this runtime, which is "${runtime}"`;
    throw new WebSocketError("InvalidConfiguration", message);
  }
  const transport = await moduleOf(name);
  loaded.set(name, transport);
  return transport;
}

async function moduleOf(name: RuntimeName): Promise<Transport> {
  switch (name) {
    case "deno":
      return (await import("./deno.ts")).denoTransport;
    case "bun":
      return (await import("./bun.ts")).bunTransport;
    case "node":
      return (await import("./node.ts")).nodeTransport;
  }
}
