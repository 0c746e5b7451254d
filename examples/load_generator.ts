// A load generator: many connections, messages at a fixed rate, and how long the server took to echo them.
//   load_generator.ts [URL] [CONNECTIONS] [MESSAGES PER SECOND, all connections together] [SECONDS]
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const [connections = 50, rate = 500, duration = 0.5] = process.argv.slice(3).map(Number);
const total = Math.round(rate * duration);

const times = new Float64Array(total);
let answered = 0;
const clients = await Promise.all(Array.from({ length: connections }, () => NonBlockingClient.connect(url)));
const runs = clients.map((client) =>
  client.run({
    onTextMessage(_client, message) {
      times[answered++] = performance.now() - Number(message.text);
    },
    onError: (_client, error) => console.error(error.message),
  })
);

// By the plan, not by the answers: a server that stalls gets what was due meanwhile, and its delay counts from the
// time at which each message should have left. Otherwise a stall would hide the messages that it has held up.
const startedAt = performance.now();
for (let sent = 0; sent < total;) {
  const due = Math.min(total, Math.floor((performance.now() - startedAt) * rate / 1000) + 1);
  for (; sent < due; sent++) {
    const plannedAt = startedAt + sent * 1000 / rate;
    const client = clients[sent % connections]!;
    if (client.state === "open") client.sendText(String(plannedAt));
  }
  await sleep(1);
}
for (let waited = 0; answered < total && waited < 5_000; waited += 10) await sleep(10);
for (const client of clients) client.close();
await Promise.all(runs);

const sorted = times.subarray(0, answered).sort();
const percentile = (percent: number) =>
  sorted[Math.min(answered - 1, Math.floor(answered * percent / 100))]?.toFixed(2) ?? "-";
console.log(`${connections} connections, ${rate} messages/s: ${answered} of ${total} answered`);
console.log(
  `median ${percentile(50)} ms, 99 % within ${percentile(99)} ms, all within ${percentile(100)} ms`,
);
