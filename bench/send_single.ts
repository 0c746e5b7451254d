/** How many messages a second leave when each is sent by itself. M messages/s, counted by the server. */
import { ask } from "./ask.ts";
import { sendRate } from "./sending.ts";

const BATCH = 100;

await ask(async (bench) => {
  const data = new Uint8Array(bench.size).fill(7);
  const rate = await sendRate(bench, {
    batch: BATCH,
    sendBatch: (connection) => {
      for (let i = 0; i < BATCH; i++) connection.send(data);
    },
  });
  return { value: rate / 1e6 };
});
