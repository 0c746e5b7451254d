import {
  AsyncClient,
  BlockingClient,
  type ClientOptions,
  type ConnectTimings,
  IoThread,
  NonBlockingClient,
} from "../../mod.ts";
import { bounded, type TransportName, transports } from "../client/setup.ts";
import type { Seen } from "./site.ts";

/** What becomes of a connection to a {@linkcode Site}. */
export interface Visit {
  /** The client's. */
  readonly url: string;
  /** The server's. */
  readonly seen: Seen;
  readonly timings: ConnectTimings;
}

/** A client style on a transport. */
export interface Way {
  readonly name: string;
  readonly transport: TransportName;
  /** Whether this thread waits for it to be open, so that a promise has no use. */
  readonly blocks: boolean;
  /** Connects, hears what the server has seen, and closes. */
  visit(url: string, options?: ClientOptions): Promise<Visit>;
}

type Connect = (url: string, options: ClientOptions) => Promise<Visit> | Visit;

let thread: IoThread | undefined;

/** One for all: starting threads takes time. */
function shared(): IoThread {
  return thread ??= new IoThread();
}

/** For the end of a test file. */
export async function endWays(): Promise<void> {
  await thread?.close();
  thread = undefined;
}

/** Every style on every transport. */
export const ways: readonly Way[] = [
  ...transports.map((transport) => way("non-blocking", transport, { visit: nonBlocking, blocks: false })),
  way("connectSync", "syscall", { visit: runSync, blocks: true }),
  ...transports.map((transport) => way("blocking", transport, { visit: blocking, blocks: true })),
  ...transports.map((transport) => way("async", transport, { visit: async_, blocks: false })),
];

interface WayParts {
  readonly visit: Connect;
  readonly blocks: boolean;
}

function way(style: string, transport: TransportName, { visit, blocks }: WayParts): Way {
  return {
    name: `${style}, ${transport}`,
    transport,
    blocks,
    visit: async (url, options) =>
      await bounded("a visit", Promise.resolve(visit(url, { ...options, transport }))),
  };
}

async function nonBlocking(url: string, options: ClientOptions): Promise<Visit> {
  const client = await NonBlockingClient.connect(url, options);
  let text = "";
  await client.run({
    onTextMessage: (client, message) => {
      text = message.text;
      client.close();
    },
  });
  return { url: client.url, seen: JSON.parse(text), timings: client.stats.connect };
}

function runSync(url: string, options: ClientOptions): Visit {
  const client = NonBlockingClient.connectSync(url, options);
  let text = "";
  client.runSync({
    onTextMessage: (client, message) => {
      text = message.text;
      client.close();
    },
  });
  return { url: client.url, seen: JSON.parse(text), timings: client.stats.connect };
}

function blocking(url: string, options: ClientOptions): Visit {
  const thread = options.transport === "syscall" ? undefined : shared();
  const client = BlockingClient.connect(url, { ...options, thread, closeTimeout: 2000 });
  let text = "";
  client.run({
    onTextMessage: (client, message) => {
      text = message.text;
      client.close();
    },
  });
  return { url: client.url, seen: JSON.parse(text), timings: client.stats.connect };
}

async function async_(url: string, options: ClientOptions): Promise<Visit> {
  const client = await AsyncClient.connect(url, { ...options, thread: shared() });
  client.run();
  let text = "";
  for await (const event of client.events) {
    if (event.type !== "text") continue;
    text = event.data;
    await client.control.close();
  }
  return { url: client.url, seen: JSON.parse(text), timings: client.stats.connect };
}
