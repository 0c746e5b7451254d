// Blocking: connect, send, read, print. No callback and no promise.
import { BlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
using client = BlockingClient.connect(url, { readTimeout: 5_000 });

for (const text of ["one", "two", "three"]) client.sendText(text);

let received = 0;
while (received < 3) {
  const event = client.read();
  if (event === undefined) throw new Error("nothing came for 5 s");
  if (event.type !== "text") continue;
  console.log(`received: ${event.data}`);
  received++;
}
