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

/**
 * The transport of a name, by default the runtime's own. `"node"` works on every runtime. Nothing that belongs
 * to another runtime is loaded.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for a transport that this runtime cannot run.
 */
export async function loadTransport(name: RuntimeName = detectRuntime()): Promise<Transport> {
  const runtime = detectRuntime();
  if (name !== "node" && name !== runtime) {
    const message = `options: transport "${name}" does not run in this runtime, which is "${runtime}"`;
    throw new WebSocketError("InvalidConfiguration", message);
  }
  switch (name) {
    case "deno":
      return (await import("./deno.ts")).denoTransport;
    case "bun":
      return (await import("./bun.ts")).bunTransport;
    case "node":
      return (await import("./node.ts")).nodeTransport;
  }
}
