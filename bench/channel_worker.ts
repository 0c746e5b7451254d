/** The other thread of `bench/channel.ts`. */
import { parentPort } from "node:worker_threads";
import type { ControlMessage, WebSocketEvent } from "../src/client/events.ts";
import type { Codec } from "../src/channel/codec.ts";
import { eventCodec } from "../src/channel/event_codec.ts";
import type { ReceiverHandle, SenderHandle } from "../src/channel/handle.ts";
import type { Memory } from "../src/channel/memory.ts";
import { Receiver } from "../src/channel/receiver.ts";
import { Sender } from "../src/channel/sender.ts";

/** What the main thread asks of this one. */
export type Task =
  | { readonly task: "drain"; readonly events: ReceiverHandle<WebSocketEvent> }
  | { readonly task: "drainInPlace"; readonly events: ReceiverHandle<WebSocketEvent> }
  | { readonly task: "drainMessages"; readonly count: number }
  | {
    readonly task: "echo";
    readonly events: ReceiverHandle<WebSocketEvent>;
    readonly control: SenderHandle<ControlMessage>;
    readonly spinWaitDuration: null | undefined;
  }
  | { readonly task: "echoMessages" };

// Takes the bytes from the ring without an event: what a thread does that passes them on.
const target = new Uint8Array(64 * 1024);
const inPlace: Codec<unknown> = {
  ...(eventCodec as Codec<unknown>),
  decode(_kind: number, memory: Memory, start: number, end: number): boolean {
    target.set(memory.bytes.subarray(start, end));
    return true;
  },
};

const port = parentPort!;
let left = 0;
let isEcho = false;

port.on("message", (message: Task | WebSocketEvent) => {
  if (!("task" in message)) {
    if (isEcho) port.postMessage(message);
    else if (--left === 0) port.postMessage("done");
    return;
  }
  switch (message.task) {
    case "drain": {
      const receiver = Receiver.from(message.events);
      port.postMessage("ready");
      while (receiver.receiveSync() !== null);
      port.postMessage("done");
      break;
    }
    case "drainInPlace": {
      const receiver = Receiver.from<unknown>(message.events, { codec: inPlace });
      port.postMessage("ready");
      while (receiver.receiveSync() !== null);
      port.postMessage("done");
      break;
    }
    case "echo": {
      const options = { spinWaitDuration: message.spinWaitDuration };
      const receiver = Receiver.from(message.events, options);
      const sender = Sender.from(message.control, options);
      port.postMessage("ready");
      for (let event; (event = receiver.receiveSync());) {
        if (event.type === "binary") sender.sendSync({ type: "sendBinary", data: event.data });
      }
      port.postMessage("done");
      break;
    }
    case "drainMessages":
      isEcho = false;
      left = message.count;
      port.postMessage("ready");
      break;
    case "echoMessages":
      isEcho = true;
      port.postMessage("ready");
  }
});
