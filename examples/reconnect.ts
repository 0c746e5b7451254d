// A client, and another one whenever the connection was lost. Press Ctrl-C, or call clients.close(), to end it.
import { reconnect } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
// Several URLs are tried in turn. Nobody is at the first one.
const clients = reconnect(["ws://127.0.0.1:1", url], {
  // The first retry comes after a random part of this, and the delays grow up to maxDelay.
  initialDelay: 50,
  maxDelay: 1_000,
  // Called after failures, and after connections that this program did not close.
  shouldReconnect: ({ error, close }) => {
    console.log(error?.code ?? `the server closed with ${close?.code}`);
    return undefined; // as it would be without this function
  },
});

let connections = 0;
for await (const client of clients) {
  connections++;
  const close = await client.run({
    onActivated: (client) => client.sendText(`Hello from connection ${connections}`),
    onTextMessage: (client, message) => {
      console.log(`received: ${message.text}`);
      // This one ends the loop; a lost connection does not.
      client.close();
    },
  });
  console.log(`connection ${connections} ended: ${close.code}`);
}
console.log(`${clients.state} after attempt ${clients.attempt}`);
