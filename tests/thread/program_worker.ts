/**
 * A thread that runs one of the programs below: what a user's own worker does with a client.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import {
  BlockingClient,
  type ControlHandle,
  ControlSender,
  Receiver,
  type ReceiverHandle,
  WebSocketError,
  type WebSocketEvent,
} from "../../mod.ts";

/** What the thread shall do. */
export type Program =
  /** Echoes so many texts with a blocking client; answers the texts. */
  | { readonly name: "echo"; readonly url: string; readonly rounds: number }
  /** Receives events to the end; answers them, described. */
  | { readonly name: "consume"; readonly events: ReceiverHandle<WebSocketEvent> }
  /** Receives events to the end, blocking the thread. */
  | { readonly name: "consumeBlocking"; readonly events: ReceiverHandle<WebSocketEvent> }
  /** Connects and reads to the end, without a limit; answers the events, described. */
  | { readonly name: "read"; readonly url: string; readonly workerUrl: string }
  /** Sends more than the peer takes, without a limit; answers how that failed, and what is said afterwards. */
  | { readonly name: "send"; readonly url: string; readonly workerUrl: string }
  /** Sends so many texts, each `prefix` and a number. */
  | {
    readonly name: "produce";
    readonly control: ControlHandle;
    readonly prefix: string;
    readonly count: number;
  };

const programs = {
  echo({ url, rounds }: Program & { name: "echo" }): string[] {
    started();
    const client = BlockingClient.connect(url);
    const texts: string[] = [];
    client.run({
      onActivated: (client) => client.sendText("0"),
      onTextMessage: (client, { text }) => {
        texts.push(text);
        if (texts.length === rounds) client.close();
        else client.sendText(`${texts.length}`);
      },
    });
    return texts;
  },

  read({ url, workerUrl }: Program & { name: "read" }): string[] {
    const client = BlockingClient.connect(url, { workerUrl });
    started();
    return Array.from(client, describe);
  },

  send({ url, workerUrl }: Program & { name: "send" }): string[] {
    const client = BlockingClient.connect(url, { workerUrl });
    started();
    const outcomes: string[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        client.sendBinary(new Uint8Array(16 * 1024 * 1024));
      } catch (error) {
        outcomes.push(describeError(error));
      }
    }
    client.close();
    return [...outcomes, client.state, ...Array.from(client, describe)];
  },

  async consume({ events }: Program & { name: "consume" }): Promise<string[]> {
    const receiver = Receiver.from(events);
    started();
    const lines: string[] = [];
    for await (const event of receiver) lines.push(describe(event));
    return lines;
  },

  consumeBlocking({ events }: Program & { name: "consumeBlocking" }): string[] {
    const receiver = Receiver.from(events);
    started();
    const lines: string[] = [];
    try {
      for (let event; (event = receiver.receiveSync()) !== null;) lines.push(describe(event!));
    } catch (error) {
      lines.push(`throws ${describeError(error)}`);
    }
    return lines;
  },

  produce({ control, prefix, count }: Program & { name: "produce" }): number {
    const sender = ControlSender.from(control);
    started();
    let sent = 0;
    for (let number = 0; number < count; number++) {
      if (sender.sendSync({ type: "sendText", data: `${prefix}${number}` }).sent) sent++;
    }
    sender.release();
    return sent;
  },
};

function describeError(error: unknown): string {
  if (!(error instanceof WebSocketError)) return String(error);
  return error.phase === undefined ? error.code : `${error.code} ${error.phase}`;
}

/** The program has begun, and its ends of channels are open. */
function started(): void {
  parentPort!.postMessage("started");
}

function describe(event: WebSocketEvent): string {
  if (event.type === "error") return `error ${describeError(event.error)}`;
  return event.type === "text" ? `text ${event.data}` : event.type;
}

const program = workerData as Program;
const run = programs[program.name] as (program: Program) => unknown;
parentPort!.postMessage(await run(program));
