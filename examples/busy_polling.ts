// The lowest latency: direct system calls, and this thread does nothing but look at the socket. It costs a core.
// Deno needs --allow-ffi for it; Node says that its FFI is experimental.
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = NonBlockingClient.connectSync(url, { transport: "syscall", spinWaitDuration: null });

let sentAt = 0;
const times: number[] = [];
const close = client.runSync({
  onActivated: (client) => {
    sentAt = performance.now();
    client.sendText("tick");
  },
  onTextMessage: (client) => {
    const now = performance.now();
    times.push(now - sentAt);
    if (times.length === 1_000) return client.close();
    sentAt = now;
    client.sendText("tick");
  },
});
const median = times.sort((a, b) => a - b)[500]!;
console.log(`median of ${times.length} round trips: ${(median * 1000).toFixed(0)} µs, closed: ${close.code}`);
