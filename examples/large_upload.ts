// A message that is never in memory as a whole: written in parts, at the pace of the connection.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await NonBlockingClient.connect(url, { highWaterMark: 256 * 1024 });
const part = new Uint8Array(64 * 1024);
const parts = 128;

const writer = client.beginBinary();
let written = 0;
/** Writes until there is a backlog; `onDrain` goes on. */
function write(): void {
  while (written < parts) {
    written++;
    if (!writer.write(part)) return;
  }
  if (written++ === parts) writer.end();
}

await client.run({
  onActivated: write,
  onDrain: write,
  onBinaryMessage(client, { byteLength }) {
    console.log(`${byteLength} bytes came back`);
    client.close();
  },
});
