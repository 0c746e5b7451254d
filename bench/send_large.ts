/** How fast large messages leave. MB/s of payload, counted by the server. */
import { ask } from "./ask.ts";
import { sendRate } from "./sending.ts";

await ask(async (bench) => {
  const data = new Uint8Array(bench.size).fill(7);
  const rate = await sendRate(bench, { batch: 1, sendBatch: (connection) => connection.send(data) });
  return { value: rate * bench.size / 1e6 };
});
