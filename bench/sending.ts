import { setImmediate as turn } from "node:timers/promises";
import type { Bench } from "./ask.ts";
import { type Connection, HIGH_WATER_MARK } from "./contestants/contestant.ts";

/** Messages between two turns of the event loop, as far as the system takes them. */
const BYTES_PER_TURN = 1024 * 1024;

/**
 * Messages per second that reached the server, by the server's count. `sendBatch` sends `batch` messages;
 * it is called again and again, and not while much is waiting to be taken by the system.
 */
export async function sendRate(
  bench: Bench,
  { batch, sendBatch }: { batch: number; sendBatch: (connection: Connection) => void },
): Promise<number> {
  let answered = (_count: number): void => {};
  const connection = await bench.connect(bench.url("sink"), {
    wants: "text",
    onMessage: (text) => answered(Number(text)),
  });
  const serverCount = () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    answered = resolve;
    connection.sendText("count");
    return promise;
  };
  const batchesPerTurn = Math.max(1, Math.round(BYTES_PER_TURN / (batch * bench.size)));
  const sendFor = async (milliseconds: number) => {
    const end = performance.now() + milliseconds;
    let sent = 0;
    while (performance.now() < end) {
      sendBatch(connection);
      if (connection.bufferedAmount > HIGH_WATER_MARK) await connection.drained();
      else if (++sent % batchesPerTurn === 0) await turn();
    }
  };
  await sendFor(bench.warmUp);
  const before = await serverCount();
  const start = performance.now();
  await sendFor(bench.duration);
  const after = await serverCount();
  return (after - before) * 1000 / (performance.now() - start);
}
