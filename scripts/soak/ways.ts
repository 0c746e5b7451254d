import { AsyncClient, type AsyncOptions, BlockingClient, NonBlockingClient } from "../../mod.ts";
import type { ControlMessage, Handler, IoThread } from "../../mod.ts";
import { type Conversation, type Link, THROWN } from "./conversation.ts";
import type { Message } from "./traffic.ts";

/** What a way is given. */
export interface WayParts {
  readonly url: string;
  /** Those of the async client; the other ways take what is theirs. */
  readonly options: AsyncOptions;
  readonly conversation: Conversation;
  /** Milliseconds for each message. */
  readonly readsSlowly: number;
  /** Let go of it instead of running it. */
  readonly disposes: boolean;
  /** A thread that many share. */
  readonly thread: IoThread;
}

/** A client style on a kind of transport. */
export interface Way {
  readonly name: string;
  readonly transport: NonNullable<AsyncOptions["transport"]>;
  /** Whether this thread stands still meanwhile. */
  readonly blocks: boolean;
  readonly callsBack: boolean;
  /** Leads the conversation to its end. Throws nothing. */
  talk(parts: WayParts): void | Promise<void>;
}

type EventDriven = "deno" | "bun" | "node";
type CallbackClient = NonBlockingClient | BlockingClient;

/** The runtime's own transport first. */
const eventDriven: readonly EventDriven[] = "Deno" in globalThis
  ? ["deno", "node"]
  : "Bun" in globalThis
  ? ["bun"]
  : ["node"];
const own = eventDriven[0]!;

/** Every way there is in this runtime. */
export const ways: readonly Way[] = [
  ...eventDriven.map((transport) => nonBlocking(transport)),
  nonBlocking("syscall"),
  {
    name: "non-blocking, runSync",
    transport: "syscall",
    blocks: true,
    callsBack: true,
    talk: nonBlockingSync,
  },
  ...([own, "syscall"] as const).flatMap((transport): Way[] => [
    { name: "blocking, run", transport, blocks: true, callsBack: true, talk: blockingRun },
    { name: "blocking, read", transport, blocks: true, callsBack: false, talk: blockingRead },
    async("async", transport, false),
  ]),
  async("async, one thread for all", own, true),
];

function nonBlocking(transport: Way["transport"]): Way {
  return {
    name: "non-blocking",
    transport,
    blocks: false,
    callsBack: true,
    async talk({ url, options, conversation, disposes }) {
      const controller = new AbortController();
      const { signal } = controller;
      try {
        const client = await NonBlockingClient.connect(url, { ...withoutThread(options), signal });
        if (disposes) return await dispose(client, conversation);
        const { handler } = handle(conversation, client, () => controller.abort());
        await client.run(handler);
      } catch (error) {
        fail(conversation, error);
      }
    },
  };
}

function nonBlockingSync({ url, options, conversation, disposes }: WayParts): void | Promise<void> {
  try {
    const client = NonBlockingClient.connectSync(url, withoutThread(options));
    if (disposes) return dispose(client, conversation);
    client.runSync(handle(conversation, client).handler);
  } catch (error) {
    fail(conversation, error);
  }
}

function blockingRun({ url, options, conversation, disposes, readsSlowly }: WayParts): void {
  try {
    const client = BlockingClient.connect(url, options);
    if (disposes) return disposeSync(client, conversation);
    client.run(handle(conversation, client, undefined, readsSlowly).handler);
  } catch (error) {
    fail(conversation, error);
  }
}

function blockingRead({ url, options, conversation, disposes, readsSlowly }: WayParts): void {
  try {
    const client = BlockingClient.connect(url, options);
    if (disposes) return disposeSync(client, conversation);
    const { link } = handle(conversation, client);
    for (const event of client) {
      sleep(readsSlowly);
      conversation.onEvent(link, event);
    }
  } catch (error) {
    fail(conversation, error);
  }
}

function async(name: string, transport: Way["transport"], shared: boolean): Way {
  return {
    name,
    transport,
    blocks: false,
    callsBack: false,
    async talk({ url, options, conversation, disposes, readsSlowly, thread }) {
      const controller = new AbortController();
      const { signal } = controller;
      try {
        const client = await AsyncClient.connect(url, { ...options, signal, ...(shared ? { thread } : {}) });
        if (disposes) return await dispose(client, conversation);
        const running = client.run();
        const link = asyncLink(client, conversation, () => controller.abort());
        for await (const event of client.events) {
          if (readsSlowly > 0) await new Promise((resolve) => setTimeout(resolve, readsSlowly));
          conversation.onEvent(link, event);
        }
        await running.join();
      } catch (error) {
        fail(conversation, error);
      }
    },
  };
}

/** The conversation as callbacks, and the client as its link. */
function handle<Client extends CallbackClient>(
  conversation: Conversation,
  client: Client,
  abort = (): void => {},
  readsSlowly = 0,
): { readonly handler: Handler<Client>; readonly link: Link } {
  const link: Link = {
    send: ({ binary, bytes }) => {
      const goesOn = binary ? client.sendBinary(bytes) : client.sendText(bytes);
      // A blocking client waits by itself, or writes on behind the callback: nobody tells when there is room again.
      return goesOn || client instanceof BlockingClient;
    },
    ping: (data) => void client.sendPing(data),
    close: (code) => client.close(code),
    forceQuit: () => client.forceQuit(),
    abort,
  };
  const handler: Handler<Client> = {
    onActivated: () => conversation.onActivated(link),
    onTextMessage: (_, { bytes }) => {
      sleep(readsSlowly);
      conversation.onMessage(link, false, bytes);
    },
    onBinaryMessage: (_, { bytes }) => {
      sleep(readsSlowly);
      conversation.onMessage(link, true, bytes);
    },
    onPong: () => conversation.onPong(),
    onDrain: () => conversation.onReady(link),
    onConnectionClosed: (_, close) => conversation.onClosed(close),
    onError: (_, error) => conversation.onError(error),
    onQuit: () => conversation.onQuit(),
  };
  return { handler, link };
}

function asyncLink({ control }: AsyncClient, conversation: Conversation, abort: () => void): Link {
  const link: Link = {
    send({ binary, bytes }: Message) {
      const message: ControlMessage = { type: binary ? "sendBinary" : "sendText", data: bytes };
      if (control.trySend(message).sent) return true;
      void control.send(message).then(() => conversation.onReady(link));
      return false;
    },
    ping: (data) => void control.sendPing(data),
    close: (code) => void control.close(code),
    forceQuit: () => control.forceQuit(),
    abort,
  };
  return link;
}

async function dispose(client: AsyncDisposable, conversation: Conversation): Promise<void> {
  await client[Symbol.asyncDispose]();
  conversation.onDisposed();
}

function disposeSync(client: Disposable, conversation: Conversation): void {
  client[Symbol.dispose]();
  conversation.onDisposed();
}

function fail(conversation: Conversation, error: unknown): void {
  if (error === THROWN) conversation.onThrown();
  else conversation.onRefused(error);
}

function withoutThread(
  { thread: _, workerUrl: __, eventCapacity: ___, controlCapacity: ____, ...rest }: AsyncOptions,
) {
  return rest;
}

const never = new Int32Array(new SharedArrayBuffer(4));

function sleep(milliseconds: number): void {
  if (milliseconds > 0) Atomics.wait(never, 0, 0, milliseconds);
}
