// A WebSocket as a pair of streams: who reads slowly slows the server down, and a write waits for a slow server.
import { WebSocketStream } from "@silver9/websocket/web";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const stream = new WebSocketStream(url);
const { readable, writable } = await stream.opened;

const numbers = ReadableStream.from([1, 2, 3, 4, 5]);
const toText = new TransformStream<number, string>({
  transform: (number, controller) => controller.enqueue(`number ${number}`),
});
// Leave the connection open when all is written: the echoes are still to come.
const sending = numbers.pipeThrough(toText).pipeTo(writable, { preventClose: true });

let received = 0;
for await (const message of readable) {
  console.log(`received: ${message}`);
  if (++received === 5) break; // cancels `readable`, which closes the connection
}
await sending;
console.log(`closed: ${(await stream.closed).closeCode}`);
