/** How fast large binary messages arrive. MB/s of payload. */
import { ask } from "./ask.ts";
import { PAYLOAD_BYTE } from "./server/frames.ts";
import { Stopwatch } from "./stopwatch.ts";

await ask(async (bench) => {
  const stopwatch = new Stopwatch(bench, 1);
  let sum = 0;
  await bench.connect(bench.url(`blast?size=${bench.size}`), {
    wants: "bytes",
    onMessage(bytes, start, end) {
      sum = (sum + bytes[start] + bytes[end - 1]) | 0;
      stopwatch.count();
    },
  });
  const value = await stopwatch.rate * bench.size / 1e6;
  if (sum !== Math.imul(2 * PAYLOAD_BYTE, stopwatch.total)) {
    throw new Error("The payload was not what the server sends");
  }
  return { value };
});
