// Pings measure the round trip and find dead peers. A server's pings are answered without your doing.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await NonBlockingClient.connect(url, {
  // After 10 s of silence a ping; when 5 s later nothing came, the connection ends with `Timeout`.
  keepAlive: { interval: 10_000, timeout: 5_000 },
});
await client.run({
  onActivated: (client) => client.sendPing(new TextEncoder().encode("are you there?")),
  onPong: (client, payload) => {
    console.log(`pong: ${payload.text}`);
    console.log(`round trip: ${client.stats.lastRoundTrip?.toFixed(3)} ms`);
    client.close();
  },
});
