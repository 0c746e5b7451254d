// Connecting only to a server whose key is known.
//   certificate_pinning.ts [URL]
import { NonBlockingClient, WebSocketError } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const server = exampleServer({ tls: true });

// The key is known beforehand: `openssl` tells the pin of a certificate (see `TlsOptions.pins`). Here, the error tells.
let pin = `sha256/${"A".repeat(43)}=`;
try {
  await NonBlockingClient.connect(server.url, { tls: { caCerts: server.ca, pins: [pin] } });
} catch (error) {
  if (!(error instanceof WebSocketError)) throw error;
  console.log(`another key: ${error.code}`);
  pin = error.message.match(/sha256\/\S+$/)![0];
}

// The next key too, so that the server can change it: `pins: [pin, nextPin]`.
const client = await NonBlockingClient.connect(server.url, { tls: { caCerts: server.ca, pins: [pin] } });
await client.run({
  onActivated: (client) => client.sendText("Hello to the key that I know"),
  onTextMessage: (client, message) => {
    console.log(`received: ${message.text}`);
    client.close();
  },
});
