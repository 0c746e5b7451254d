import type { PolledStream } from "../../../src/transport/syscall/polled_stream.ts";
import { connectTo, contextFor, type FarEnd, readUpTo, writeAll } from "./far_end.ts";

/** Below `bun test`'s five seconds. */
const limit = 4000;

/**
 * A connection that keeps the kernel noting when it receives something: it begins to when it comes to it, after the
 * first socket of the machine has asked, and stops behind the last. When this returns, it has begun.
 */
export function timestampWitness(far: FarEnd): PolledStream {
  const stream = connectTo({ port: far.ports.echo }, { ...contextFor(), receiveTimestamps: true });
  const end = performance.now() + limit;
  do {
    writeAll(stream, new Uint8Array(1));
    readUpTo(stream, 1);
  } while (stream.socket.receivedAt === undefined && performance.now() < end);
  return stream;
}
