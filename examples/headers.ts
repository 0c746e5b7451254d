// Headers and subprotocols of the opening handshake.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
await using client = await NonBlockingClient.connect(url, {
  headers: { authorization: "Bearer s3cr3t", "user-agent": "silver9-example" },
  protocols: ["chat.v2", "chat.v1"],
});
// Empty when the server chose none, which is allowed: look at it if your program depends on it.
console.log(`subprotocol: ${client.protocol}`);
