// A message that is taken in parts, as its bytes arrive, and never gathered.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await NonBlockingClient.connect(url, { messageParts: true });
let bytes = 0;

await client.run({
  onActivated: (client) => client.sendBinary(new Uint8Array(8 * 1024 * 1024)),
  onMessagePart(client, part) {
    bytes += part.byteLength; // here it would go to a file
    if (!part.final) return;
    console.log(`${part.type} message of ${bytes} bytes`);
    client.close();
  },
});
