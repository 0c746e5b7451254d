// A recorder of market data: each message and its time as a line of a file, through lost connections, until Ctrl-C.
//   recorder.ts [URL] [FILE] [NUMBER OF MESSAGES]
// The socket has a thread of its own. While the disk is slow, messages wait in the channel; when that is full, TCP slows
// the feed down, and memory stays bounded.
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { AsyncClient, reconnect } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const symbols = ["BTC-USD", "ETH-USD", "SOL-USD"];
const [, , , name = path.join(tmpdir(), `feed-${process.pid}.tsv`), most = symbols.length] = process.argv;

const file = createWriteStream(name, { flags: "a" });
const clients = reconnect(url, {
  client: AsyncClient,
  perMessageDeflate: true,
  keepAlive: { interval: 15_000, timeout: 10_000 },
  maxDelay: 10_000,
});
const stop = () => clients.close();
process.once("SIGINT", stop);

let recorded = 0;
for await (const client of clients) {
  client.run();
  await write("connected"); // who reads the file must know of gaps
  for (const symbol of symbols) {
    await client.control.sendText(JSON.stringify({ subscribe: "trades", symbol }));
  }
  for await (const event of client.events) {
    if (event.type === "closed") await write(`closed\t${event.close.code}`);
    if (event.type !== "text") continue;
    await write(`message\t${event.data}`);
    if (++recorded === Number(most)) clients.close();
  }
}
process.off("SIGINT", stop);
file.end();
await once(file, "close");
console.log(`${recorded} messages in ${name}`);

async function write(line: string): Promise<void> {
  if (!file.write(`${new Date().toISOString()}\t${line}\n`)) await once(file, "drain");
}
