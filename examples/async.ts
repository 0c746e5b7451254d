// Async: the socket lives on a thread of its own, events and commands travel by channels.
import { AsyncClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await AsyncClient.connect(url);
const thread = client.run();
await client.control.sendText("Hello from another thread");

for await (const event of client.events) {
  if (event.type === "text") {
    console.log(`received: ${event.data}`);
    await client.control.close();
  } else {
    console.log(event.type);
  }
}
const close = await thread.join();
console.log(`closed: ${close.code}`);
