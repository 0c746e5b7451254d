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
  type ReconnectPolicy,
  WebSocketError,
  type WebSocketEvent,
} from "../../mod.ts";
import { type AsyncSurroundings, reconnectAsync, reconnectNonBlocking } from "../../src/client/reconnect.ts";
import { reconnectBlocking } from "../../src/client/reconnect_sync.ts";
import { FastTime } from "../reconnect/fast_time.ts";
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
    reconnect: (policy, time) => reconnectNonBlocking(url, { ...options, ...policy }, alongside(time)),
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
    reconnect: (policy, time) => reconnectNonBlocking(url, { ...options, ...policy }, alongside(time)),
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
    reconnect: (policy, time) => reconnectBlocking(url, { ...options, ...policy }, time),
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
    reconnect: (policy, time) => reconnectBlocking(url, { ...options, ...policy }, time),
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
    reconnect: (policy, time) => {
      return reconnectAsync(url, { ...options, ...policy, client: AsyncClient }, alongside(time));
    },
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
  /** A loop of clients, in a time that jumps. */
  reconnect(policy: ReconnectPolicy, time: FastTime): Loop<Client>;
  run(client: Client, recorder: Recorder): CloseInfo | Promise<CloseInfo>;
}

type Loop<Client> = (AsyncIterable<Client> | Iterable<Client>) & {
  readonly lastClose: CloseInfo | undefined;
};

async function recorded<Client>(subject: ConformanceCase, program: Program<Client>): Promise<Recording> {
  const recorder = new Recorder(subject);
  if (subject.reconnects !== undefined) return await recordLoop(subject.reconnects, program, recorder);
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

/** Every client of a loop, and the delays between them. */
async function recordLoop<Client>(
  { chance, lasting = 0, ...policy }: NonNullable<ConformanceCase["reconnects"]>,
  program: Program<Client>,
  recorder: Recorder,
): Promise<Recording> {
  const time = new FastTime();
  time.chance = chance ?? time.chance;
  const noteDelays = () => time.delays.splice(0).forEach((delay) => recorder.noteDelay(delay));
  const loop = program.reconnect(policy, time);
  try {
    for await (const client of loop) {
      noteDelays();
      await program.run(client, recorder);
      time.advance(lasting);
    }
  } catch (error) {
    noteDelays();
    return recorder.rejected(error);
  }
  noteDelays();
  return recorder.resolved(loop.lastClose!);
}

/** For loops that leave this thread to others meanwhile. */
function alongside(time: FastTime): AsyncSurroundings {
  return { surroundings: time.surroundings, clock: time };
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
