// One message to many connections: it is encoded once, and compressed once where no message refers to another.
import { NonBlockingClient, prepareText } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const perMessageDeflate = { clientNoContextTakeover: true };
const clients = await Promise.all(
  Array.from({ length: 100 }, () => NonBlockingClient.connect(url, { perMessageDeflate })),
);

const news = prepareText(JSON.stringify({ prices: Array(100).fill(100.25) }));
for (const client of clients) client.sendPrepared(news);

let echoes = 0;
await Promise.all(clients.map((client) =>
  client.run({
    onTextMessage(client, { byteLength }) {
      if (byteLength === news.byteLength) echoes++;
      client.close();
    },
  })
));
console.log(`${echoes} echoes of ${news.byteLength} bytes`);
