import { detectRuntime } from "../detect.ts";
import { type Ffi, type Functions, type Signatures, unavailable } from "./ffi.ts";
import { bunFfi } from "./ffi_bun.ts";
import { denoFfi } from "./ffi_deno.ts";
import { nodeFfi } from "./ffi_node.ts";

let ffi: Ffi | undefined;

/**
 * This runtime's way to call native functions; it asks for the permission.
 *
 * @throws {WebSocketError} `InvalidConfiguration` where there is none.
 */
export function loadFfi(): Ffi {
  return ffi ??= makers[detectRuntime()]();
}

const makers = { deno: denoFfi, bun: bunFfi, node: nodeFfi };

/**
 * Opens the first of some libraries that loads.
 *
 * @throws {WebSocketError} `InvalidConfiguration` that names `what` when none does.
 */
export function openLibrary<const S extends Signatures>(
  libraries: readonly string[],
  signatures: S,
  what: string,
): Functions<S> {
  const ffi = loadFfi();
  const causes: unknown[] = [];
  for (const library of libraries) {
    try {
      return ffi.open(library, signatures);
    } catch (cause) {
      causes.push(cause);
    }
  }
  const cause = causes.length === 1 ? causes[0] : new AggregateError(causes, "no library loads");
  throw unavailable(`${what}, and none of ${libraries.join(", ")} loads`, cause);
}
