import {
  AsyncClient,
  BlockingClient,
  type ClientOptions,
  type CloseInfo,
  type ControlMessage,
  NonBlockingClient,
  type ThreadOptions,
  WebSocketError,
  type WebSocketEvent,
} from "../../mod.ts";
import type { CommandTarget, ConformanceCase, Trait } from "./case.ts";
import { Recorder, type Recording } from "./recorder.ts";

/** The options of a case; styles with a thread use the one given. */
export type StyleOptions = ClientOptions & Pick<ThreadOptions, "thread">;

/** A client style: runs a case's program once and tells what it was told. */
export interface Style {
  readonly name: string;
  /** The transports to run it on, by name; the runtime's own first. */
  readonly transports: readonly NonNullable<ClientOptions["transport"]>[];
  readonly traits: readonly Trait[];
  /** Whether failures come to a handler's `onError`, and without one to the caller of `run`. */
  readonly hasHandler: boolean;
  run(subject: ConformanceCase, url: string, options: StyleOptions): Recording | Promise<Recording>;
}

/** Callbacks on this thread. */
const nonBlocking: Style = {
  name: "non-blocking",
  transports: [...eventDrivenTransports(), "syscall"],
  traits: [],
  hasHandler: true,
  async run(subject, url, { thread: _, ...options }) {
    const recorder = new Recorder(subject);
    let client: NonBlockingClient;
    try {
      client = await NonBlockingClient.connect(url, options);
    } catch (error) {
      return recorder.refused(error);
    }
    try {
      return recorder.resolved(await client.run(recorder.handler()));
    } catch (error) {
      return recorder.rejected(error);
    }
  },
};

/** Callbacks on this thread, which waits in `run`. */
const blockingRun: Style = {
  name: "blocking, run",
  transports: eventDrivenTransports().slice(0, 1),
  traits: ["remote", "blocking"],
  hasHandler: true,
  run(subject, url, options) {
    const recorder = new Recorder(subject);
    let client: BlockingClient;
    try {
      client = BlockingClient.connect(url, options);
    } catch (error) {
      return recorder.refused(error);
    }
    try {
      return recorder.resolved(client.run(recorder.handler()));
    } catch (error) {
      return recorder.rejected(error);
    }
  },
};

/** Events read one by one on this thread, which waits in `read`. */
const blockingRead: Style = {
  name: "blocking, read",
  transports: eventDrivenTransports().slice(0, 1),
  traits: ["remote", "blocking"],
  hasHandler: false,
  run(subject, url, options) {
    const recorder = new Recorder(subject);
    let client: BlockingClient;
    try {
      client = BlockingClient.connect(url, options);
    } catch (error) {
      return recorder.refused(error);
    }
    let close = leftByForce;
    for (const event of client) {
      recorder.noteEvent(event, client);
      close = closeOf(event) ?? close;
    }
    return recorder.resolved(close);
  },
};

/** Events and commands by channels. */
const async: Style = {
  name: "async",
  transports: eventDrivenTransports().slice(0, 1),
  traits: ["remote"],
  hasHandler: false,
  async run(subject, url, options) {
    const recorder = new Recorder(subject);
    let client: AsyncClient;
    try {
      client = await AsyncClient.connect(url, options);
    } catch (error) {
      return recorder.refused(error);
    }
    const running = client.run();
    const target = commandTarget(client);
    for await (const event of client.events) recorder.noteEvent(event, target);
    return recorder.resolved(await running.join());
  },
};

/** As the style, by system calls of the caller's thread: no other thread is there. */
function withoutThread(style: Style, traits: readonly Trait[]): Style {
  return {
    ...style,
    transports: ["syscall"],
    traits,
    run: (subject, url, { thread: _, ...options }) => style.run(subject, url, options),
  };
}

/** Every style there is, on every kind of transport. */
export const styles: readonly Style[] = [
  nonBlocking,
  blockingRun,
  withoutThread(blockingRun, ["blocking"]),
  blockingRead,
  // What is read is queued, so a program answers after more has been parsed.
  withoutThread(blockingRead, ["remote", "blocking"]),
  { ...async, transports: [...async.transports, "syscall"] },
];

const leftByForce: CloseInfo = { code: 1006, reason: "", wasClean: false, initiator: "local" };

/** What `run` would answer after this event. */
function closeOf(event: WebSocketEvent): CloseInfo | undefined {
  if (event.type === "closed") return event.close;
  return event.type === "error" ? { ...leftByForce, error: event.error } : undefined;
}

/** Sends as the other clients do: a refusal is an error. */
function commandTarget({ control, protocol }: AsyncClient): CommandTarget & { readonly protocol: string } {
  const send = (message: ControlMessage): void => {
    const result = control.sendSync(message, 2000);
    if (result.sent || message.type === "close") return;
    throw new WebSocketError(result.reason === "closed" ? "ConnectionClosed" : "Timeout", result.reason);
  };
  return {
    protocol,
    sendText: (data) => send({ type: "sendText", data }),
    sendBinary: (data) => send({ type: "sendBinary", data }),
    sendPing: (data) => send({ type: "sendPing", data }),
    sendPong: (data) => send({ type: "sendPong", data }),
    close: (code, reason) => send({ type: "close", code, reason }),
    forceQuit: () => send({ type: "forceQuit" }),
  };
}

function eventDrivenTransports(): ("deno" | "bun" | "node")[] {
  if ("Deno" in globalThis) return ["deno", "node"];
  if ("Bun" in globalThis) return ["bun", "node"];
  return ["node"];
}
