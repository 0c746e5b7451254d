import type {
  AsyncClient,
  BlockingClient,
  ClientOptions,
  CloseInfo,
  IoThread,
  NonBlockingClient,
  Reconnecting,
  ReconnectingSync,
  ReconnectPolicy,
} from "../../mod.ts";
import { AsyncClient as Async } from "../../mod.ts";
import { reconnectAsync, reconnectNonBlocking } from "../../src/client/reconnect.ts";
import { reconnectBlocking } from "../../src/client/reconnect_sync.ts";
import type { FastTime } from "./fast_time.ts";

/** Options that all styles take. */
export type CommonOptions = ClientOptions & ReconnectPolicy;

/** What the body of a loop does with a client, in terms that all styles have in common. */
export interface Body {
  readonly loop: Reconnecting<NonBlockingClient> | Reconnecting<AsyncClient> | ReconnectingSync;
  /** Sends `text` when connected, closes with 1000 when a text comes, and goes on to the end. */
  converse(text: string): Promise<CloseInfo> | CloseInfo;
  /** Begins to close. */
  close(): void;
  forceQuit(): void;
  readonly client: NonBlockingClient | AsyncClient | BlockingClient;
}

/** What a body wants: `break` to leave the loop. */
export type Step = (body: Body) => Promise<"break" | void> | "break" | void;

/** Runs a loop with this body for each client. Bodies of the blocking style must not wait. */
export type Style = (
  parts: {
    readonly urls: string | readonly string[];
    readonly options: CommonOptions;
    readonly time: FastTime;
    /** Where the connections live of a style that has them elsewhere: starting a thread takes its time. */
    readonly thread: IoThread;
  },
  step: Step,
) => Promise<Reconnecting<NonBlockingClient> | Reconnecting<AsyncClient> | ReconnectingSync>;

const nonBlocking: Style = async ({ urls, options, time }, step) => {
  const loop = reconnectNonBlocking(urls, options, { surroundings: time.surroundings, clock: time });
  for await (const client of loop) {
    const converse = (text: string) =>
      client.run({ onActivated: () => void client.sendText(text), onTextMessage: () => client.close() });
    const body = { loop, client, converse, close: () => client.close(), forceQuit: () => client.forceQuit() };
    if (await step(body) === "break") break;
  }
  return loop;
};

const async: Style = async ({ urls, options, time, thread }, step) => {
  const asyncOptions = { ...options, client: Async, thread };
  const loop = reconnectAsync(urls, asyncOptions, { surroundings: time.surroundings, clock: time });
  for await (const client of loop) {
    const converse = async (text: string) => {
      const thread = client.run();
      await client.control.sendText(text);
      for await (const event of client.events) {
        if (event.type === "text") await client.control.close();
      }
      return await thread.join();
    };
    const close = () => void client.control.close();
    const body = { loop, client, converse, close, forceQuit: () => client.control.forceQuit() };
    if (await step(body) === "break") break;
  }
  return loop;
};

// deno-lint-ignore require-await -- as the others are
const blocking: Style = async ({ urls, options, time, thread }, step) => {
  // With system calls there is none.
  const more = options.transport === "syscall" ? {} : { thread };
  const loop = reconnectBlocking(urls, { ...options, ...more }, time);
  for (const client of loop) {
    const converse = (text: string) =>
      client.run({ onActivated: () => void client.sendText(text), onTextMessage: () => client.close() });
    const body = { loop, client, converse, close: () => client.close(), forceQuit: () => client.forceQuit() };
    if (step(body) === "break") break;
  }
  return loop;
};

const withSyscalls = (style: Style): Style => ({ options, ...parts }, step) =>
  style({ ...parts, options: { ...options, transport: "syscall" } }, step);

/** Every style, by name. */
export const styles: Readonly<Record<string, Style>> = {
  "non-blocking": nonBlocking,
  async,
  blocking,
  "non-blocking, syscall transport": withSyscalls(nonBlocking),
  "async, syscall transport": withSyscalls(async),
  "blocking, syscall transport": withSyscalls(blocking),
};
