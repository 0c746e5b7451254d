import process from "node:process";
import { setFlagsFromString } from "node:v8";

let settles = false;

/**
 * Makes this thread's end safe in Node 26. V8 compiles functions that call native ones on a thread of its own,
 * and Node frees what it knows of the native ones when a thread or the process ends, without waiting for that:
 * now and then the whole process crashes. So the end of a thread waits for the compiler. `worker.terminate()`
 * does not come by here, and must not be used on a thread that makes system calls.
 */
export function settleAtExit(): void {
  if (!settles) process.on("exit", settle);
  settles = true;
}

function settle(): void {
  try {
    setFlagsFromString("--allow-natives-syntax");
    new Function("%FinalizeOptimization()")();
  } catch {
    // Where the flags are frozen or code must not be made from strings: what it takes at most, mostly.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
}
