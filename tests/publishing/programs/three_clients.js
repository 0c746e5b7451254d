// Plain JavaScript, for it also runs where TypeScript does not: one word to and fro by each client.
//   three_clients.js URL [MODULE OF THE WORKER, relative to this one]
import process from "node:process";
import { AsyncClient, BlockingClient, NonBlockingClient } from "@silver9/websocket";

const [url, worker] = process.argv.slice(2);
const threadOptions = worker === undefined ? {} : { workerUrl: new URL(worker, import.meta.url) };

const nonBlocking = await NonBlockingClient.connect(url);
await nonBlocking.run({
  onActivated: (client) => client.sendText("Hello"),
  onTextMessage: (client, message) => {
    console.log(`non-blocking: ${message.text}`);
    client.close();
  },
});

const blocking = BlockingClient.connect(url, { ...threadOptions, readTimeout: 10_000 });
blocking.sendText("Hello");
for (const event of blocking) {
  if (event.type !== "text") continue;
  console.log(`blocking: ${event.data}`);
  blocking.close();
}

const threaded = await AsyncClient.connect(url, threadOptions);
const thread = threaded.run();
await threaded.control.sendText("Hello");
for await (const event of threaded.events) {
  if (event.type !== "text") continue;
  console.log(`async: ${event.data}`);
  await threaded.control.close();
}
console.log(`closed: ${(await thread.join()).code}`);
