// Many connections on one background thread: one thread for all of them, not one for each.
import { AsyncClient, IoThread } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
await using thread = new IoThread();

const clients = await Promise.all(
  Array.from({ length: 100 }, () =>
    // The memory of a channel is its capacity: small ones for many.
    AsyncClient.connect(url, { thread, eventCapacity: 64 * 1024, controlCapacity: 16 * 1024 })),
);
console.log(`${clients.length} connections`);

async function echo(client: AsyncClient, text: string): Promise<boolean> {
  client.run();
  await client.control.sendText(text);
  let same = false;
  for await (const event of client.events) {
    if (event.type !== "text") continue;
    same = event.data === text;
    await client.control.close();
  }
  return same;
}
const echoes = await Promise.all(clients.map((client, index) => echo(client, `message ${index}`)));
console.log(`${echoes.filter((same) => same).length} echoes`);
