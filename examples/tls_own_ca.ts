// wss:// to a server whose certificate is signed by an authority of your own.
//   tls_own_ca.ts [URL CA_FILE]
import { readFileSync } from "node:fs";
import process from "node:process";
import { NonBlockingClient, WebSocketError } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const server = exampleServer({ tls: true });
const ca = server.ca ?? readFileSync(process.argv[3]!, "utf8");

try {
  await NonBlockingClient.connect(server.url);
} catch (error) {
  if (!(error instanceof WebSocketError)) throw error;
  console.log(`without the authority: ${error.code}`);
}

const client = await NonBlockingClient.connect(server.url, { tls: { caCerts: ca } });
await client.run({
  onActivated: (client) => client.sendText("Hello over TLS"),
  onTextMessage: (client, message) => {
    console.log(`with the authority: ${message.text}`);
    client.close();
  },
});
