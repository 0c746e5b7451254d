// What a program can measure: the numbers of a connection, the round trips of its pings, and what happens to all
// connections by node:diagnostics_channel.
import { subscribe } from "node:diagnostics_channel";
import { type DiagnosticsMessages, NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

subscribe("silver9:websocket:open", (message) => {
  const { id, connect } = message as DiagnosticsMessages["silver9:websocket:open"];
  console.log(`websocket ${id} is open after ${connect.total.toFixed(3)} ms`);
});
subscribe("silver9:websocket:close", (message) => {
  const { id, code } = message as DiagnosticsMessages["silver9:websocket:close"];
  console.log(`websocket ${id} ended with ${code}`);
});

const PINGS = 100;
const client = await NonBlockingClient.connect(exampleServer().url);
await client.run({
  onActivated: (client) => client.sendPing(),
  onPong: (client) => client.stats.pongsReceived < PINGS ? client.sendPing() : client.close(),
});

const { bytesSent, bytesReceived, roundTrips } = client.stats;
console.log(`${bytesSent} bytes sent, ${bytesReceived} received`);
const [median, most] = [50, 99].map((percent) => roundTrips!.percentile(percent).toFixed(3));
console.log(`${roundTrips!.count} round trips: median ${median} ms, 99 % within ${most} ms`);
