// Non-blocking: callbacks on this thread, and the event loop stays free.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await NonBlockingClient.connect(url);
const close = await client.run({
  onActivated: (client) => client.sendText("Hello, world"),
  onTextMessage: (client, message) => {
    console.log(`received: ${message.text}`);
    client.close();
  },
});
console.log(`closed: ${close.code}`);
