/**
 * The program of a case, in every client style.
 *
 * @module
 */
import {
  AsyncClient,
  BlockingClient,
  type CloseInfo,
  type ControlMessage,
  NonBlockingClient,
  WebSocketError,
  type WebSocketEvent,
} from "../../mod.ts";
import type { CommandTarget, ConformanceCase } from "./case.ts";
import type { ProgramOptions } from "./columns.ts";
import { Recorder, type Recording } from "./recorder.ts";

/** Callbacks on this thread. */
export function converse(
  subject: ConformanceCase,
  url: string,
  options: ProgramOptions,
): Promise<Recording> {
  return recorded(subject, {
    connect: () => NonBlockingClient.connect(url, options),
    run: (client, recorder) => client.run(recorder.handler()),
  });
}

/** Callbacks on this thread, which polls. */
export function converseInRunSync(
  subject: ConformanceCase,
  url: string,
  options: ProgramOptions,
): Promise<Recording> {
  return recorded(subject, {
    connect: () => NonBlockingClient.connectSync(url, options),
    run: (client, recorder) => client.runSync(recorder.handler()),
  });
}

/** Callbacks on this thread, which waits in `run`. */
export function runBlocking(
  subject: ConformanceCase,
  url: string,
  options: ProgramOptions,
): Promise<Recording> {
  return recorded(subject, {
    connect: () => BlockingClient.connect(url, options),
    run: (client, recorder) => client.run(recorder.handler()),
  });
}

/** Events read one by one on this thread, which waits in `read`. */
export function readBlocking(
  subject: ConformanceCase,
  url: string,
  options: ProgramOptions,
): Promise<Recording> {
  return recorded(subject, {
    connect: () => BlockingClient.connect(url, options),
    run: (client, recorder) => {
      let close = leftByForce;
      for (const event of client) {
        recorder.noteEvent(event, client);
        close = closeOf(event) ?? close;
      }
      return close;
    },
  });
}

/** Events and commands by channels. */
export function receive(
  subject: ConformanceCase,
  url: string,
  options: ProgramOptions,
): Promise<Recording> {
  return recorded(subject, {
    connect: () => AsyncClient.connect(url, options),
    run: async (client, recorder) => {
      const running = client.run();
      const target = commandTarget(client);
      for await (const event of client.events) recorder.noteEvent(event, target);
      return await running.join();
    },
  });
}

/** How a style connects, and what it does then. */
interface Program<Client> {
  connect(): Client | Promise<Client>;
  run(client: Client, recorder: Recorder): CloseInfo | Promise<CloseInfo>;
}

async function recorded<Client>(subject: ConformanceCase, program: Program<Client>): Promise<Recording> {
  const recorder = new Recorder(subject);
  let client: Client;
  try {
    client = await program.connect();
  } catch (error) {
    return recorder.refused(error);
  }
  try {
    return recorder.resolved(await program.run(client, recorder));
  } catch (error) {
    return recorder.rejected(error);
  }
}

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
    sendText: (data, options) => send({ type: "sendText", data, ...options }),
    sendBinary: (data, options) => send({ type: "sendBinary", data, ...options }),
    sendPing: (data) => send({ type: "sendPing", data }),
    sendPong: (data) => send({ type: "sendPong", data }),
    close: (code, reason) => send({ type: "close", code, reason }),
    forceQuit: () => send({ type: "forceQuit" }),
  };
}
