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
 * Loads a transport, by default the runtime's own. `"node"` works on every runtime. Rejects with
 * `WebSocketError` `InvalidConfiguration` when this runtime has not what the transport needs.
 */
export async function loadTransport(name: RuntimeName = detectRuntime()): Promise<Transport> {
  const runtime = detectRuntime();
  if (name !== "node" && name !== runtime) {
    const allowed = runtime === "node" ? `"node"` : `"${runtime}" or "node"`;
    throw new WebSocketError(
      "InvalidConfiguration",
      `Invalid option "transport": "${name}" does not run in this runtime; use ${allowed}`,
    );
  }
  // Nothing that belongs to another runtime is loaded.
  switch (name) {
    case "deno":
      return (await import("./deno.ts")).denoTransport;
    case "bun":
      return (await import("./bun.ts")).bunTransport;
    case "node":
      return (await import("./node.ts")).nodeTransport;
  }
}
