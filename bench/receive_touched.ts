/** How many binary messages a second arrive when the payload of each is looked at. M messages/s. */
import { ask } from "./ask.ts";
import { PAYLOAD_BYTE } from "./server/frames.ts";
import { Stopwatch } from "./stopwatch.ts";

await ask(async (bench) => {
  const stopwatch = new Stopwatch(bench, 1024);
  let sum = 0;
  await bench.connect(bench.url(`blast?size=${bench.size}`), {
    wants: "bytes",
    onMessage(bytes, start, end) {
      sum = (sum + bytes[start] + bytes[end - 1]) | 0;
      stopwatch.count();
    },
  });
  const value = await stopwatch.rate / 1e6;
  if (sum !== Math.imul(2 * PAYLOAD_BYTE, stopwatch.total)) {
    throw new Error("The payload was not what the server sends");
  }
  return { value };
});
