/** How many messages a second leave when many are sent at once. M messages/s, counted by the server. */
import { ask } from "./ask.ts";
import { sendRate } from "./sending.ts";

const BATCH = 500;

await ask(async (bench) => {
  const data = new Uint8Array(bench.size).fill(7);
  const rate = await sendRate(bench, {
    batch: BATCH,
    sendBatch: (connection) => connection.sendMany(data, BATCH),
  });
  return { value: rate / 1e6 };
});
