/**
 * Counts the bytes that reads and writes allocate, a million of each: `allocation_probe.ts PORT TIMESTAMPS [CA]`.
 * Prints the name and, where the runtime has a counter, the number; Bun has none, but logs its collections.
 *
 * @module
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { connectPolled } from "../../../src/transport/syscall/connect_polled.ts";
import { contextFor } from "./far_end.ts";

const million = 1_000_000;
const [port, timestamps, ca] = process.argv.slice(2);
const stream = connectPolled({
  host: "127.0.0.1",
  port: Number(port),
  tls: ca === undefined ? undefined : { caCerts: ca },
  socket: {},
}, { ...contextFor(), receiveTimestamps: timestamps === "true" });
const message = new Uint8Array(new ArrayBuffer(64));

function reads(count: number): void {
  for (let i = 0; i < count; i++) stream.read();
}

function writes(count: number): void {
  for (let i = 0; i < count; i++) stream.write(message, 0, message.length);
}

function waits(count: number): void {
  for (let i = 0; i < count; i++) stream.wait(0);
}

let last: unknown;

/** What the counter has to see. */
function control(count: number): void {
  for (let i = 0; i < count; i++) last = { i };
}

function allocatedBytes(): number {
  const { total_allocated_bytes } = process.getBuiltinModule("node:v8").getHeapStatistics() as unknown as {
    total_allocated_bytes: number;
  };
  return total_allocated_bytes;
}

for (const calls of [reads, writes, waits, control]) {
  // Until the compilers have done their work.
  calls(million / 10);
  writeSync(2, `\nbegin ${calls.name}\n`);
  const before = "Bun" in globalThis ? 0 : allocatedBytes();
  calls(million);
  const after = "Bun" in globalThis ? 0 : allocatedBytes();
  writeSync(2, `\nend ${calls.name} ${after - before}\n`);
}
stream.close();
process.exit(last === undefined ? 1 : 0);
