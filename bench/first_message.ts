/** How long it takes from the call of connect to the answer to the first message. Microseconds. */
import { ask } from "./ask.ts";

const MOST = 200;

await ask(async (bench) => {
  const data = new Uint8Array(bench.size).fill(7);
  const times: number[] = [];
  const end = performance.now() + bench.duration;
  while (times.length < 3 || (performance.now() < end && times.length < MOST)) {
    const arrived = Promise.withResolvers<void>();
    const startedAt = performance.now();
    const connection = await bench.connect(bench.url(`echo?size=${bench.size}`), {
      wants: "arrival",
      onMessage() {
        times.push(performance.now() - startedAt);
        // A client that has this thread for itself gives it back.
        connection.leave?.();
        arrived.resolve();
      },
    });
    connection.send(data);
    await arrived.promise;
  }
  times.sort((a, b) => a - b);
  return { value: times[times.length >>> 1]! * 1000, max: times.at(-1)! * 1000 };
});
