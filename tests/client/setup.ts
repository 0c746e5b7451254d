/** What the tests of the client share: the runtime, its transports, waits with a limit. */
import { detectRuntime } from "../../src/transport/detect.ts";

/** The runtime that the tests run in. */
export const runtime = detectRuntime();

export type TransportName = typeof runtime | "syscall";

/** The transports to test: the runtime's own, `node:net` and `node:tls` where that is another one, and system calls. */
export const transports: readonly TransportName[] = [...new Set([runtime, "node", "syscall"] as const)];

/**
 * Whether a socket can be dropped while its TLS handshake is under way. `Deno.TlsConn.close` waits for the handshake
 * behind the scenes: the socket stays until the peer ends it.
 */
export function canDropDuringTls(transport: TransportName): boolean {
  return transport !== "deno";
}

/** Below the five seconds that `bun test` gives a test, so that the error which says what was waited for comes first. */
const defaultLimit = 4500;

/** Waits for `work`; fails when it takes too long. */
export async function bounded<T>(what: string, work: Promise<T>, limit = defaultLimit): Promise<T> {
  const expiry = Promise.withResolvers<never>();
  const timer = setTimeout(() => expiry.reject(new Error(`Waited ${limit} ms for ${what}`)), limit);
  try {
    return await Promise.race([work, expiry.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until `condition` holds, asking once per turn of the event loop. */
export async function until(what: string, condition: () => boolean, limit = defaultLimit): Promise<void> {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${limit} ms for ${what}`);
    await turn();
  }
}

/** Lets the event loop turn: timers, sockets and what is queued. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

/** Keeps the thread busy. */
export function stall(duration: number): void {
  const end = performance.now() + duration;
  while (performance.now() < end);
}
