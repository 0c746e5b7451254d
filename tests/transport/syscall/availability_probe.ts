/**
 * Prints what connecting fails with where system calls cannot be made: `availability_probe.ts` or, only to load
 * the modules, `availability_probe.ts load`.
 *
 * @module
 */
import process from "node:process";
import { connectPolled } from "../../../src/transport/syscall/connect_polled.ts";

if (process.argv[2] !== "load") {
  try {
    const target = { host: "127.0.0.1", port: 1, tls: undefined, socket: {} };
    connectPolled(target, { deadline: Infinity, expired: () => new Error("late"), enterPhase: () => {} });
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    console.log(`${code}: ${message}`);
  }
}
