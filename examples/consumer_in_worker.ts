// Three threads: this one connects, one of the client's own does the socket's work, and a worker consumes.
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { AsyncClient, type ControlHandle, ControlSender } from "@silver9/websocket";
import { Receiver, type ReceiverHandle, type WebSocketEvent } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

/** Both ends of a client's channels: plain data, which any thread can open. */
interface Ends {
  readonly events: ReceiverHandle<WebSocketEvent>;
  readonly control: ControlHandle;
}

if (isMainThread) {
  const { url } = exampleServer();
  const client = await AsyncClient.connect(url);
  const thread = client.run();
  const ends: Ends = { events: client.events.handle(), control: client.control.handle() };
  const worker = new Worker(new URL(import.meta.url), { workerData: ends });
  const close = await thread.join();
  console.log(`main thread: closed with ${close.code}`);
  await new Promise((resolve) => worker.once("exit", resolve));
} else {
  const ends: Ends = workerData;
  const events = Receiver.from(ends.events);
  const control = ControlSender.from(ends.control);
  control.sendSync({ type: "sendText", data: "Hello from the worker" });
  // Several workers may receive from the same channel: each event goes to exactly one of them.
  for (let event; (event = events.receiveSync()) !== null;) {
    if (event?.type !== "text") continue;
    console.log(`worker: received ${event.data}`);
    control.sendSync({ type: "close" });
  }
}
