import {
  AsyncClient,
  BlockingClient,
  type ClientOptions,
  type ConnectionStats,
  NonBlockingClient,
} from "../../mod.ts";

/** Of each text that is sent. Compresses well. */
export const TEXT: string = "SECRET-text ".repeat(100);

/** What a client says of itself when its pings and its text have been answered, and in the end. */
export interface Conversation {
  readonly open: ConnectionStats;
  readonly closed: ConnectionStats;
}

/** Connects, sends a ping and a text, closes when both are answered, and goes on to the end. */
export type Converse = (url: string, options: ClientOptions) => Promise<Conversation>;

const PING = new TextEncoder().encode("SECRET-ping");
const REASON = "SECRET-reason";

/** Answers of the server that are waited for. */
const ANSWERS = 2;

async function nonBlocking(url: string, options: ClientOptions): Promise<Conversation> {
  const client = await NonBlockingClient.connect(url, options);
  let answers = 0;
  let open = client.stats;
  const answered = (client: NonBlockingClient) => {
    if (++answers < ANSWERS) return;
    open = client.stats;
    client.close(1000, REASON);
  };
  await client.run({
    onActivated: (client) => {
      client.sendPing(PING);
      client.sendText(TEXT);
    },
    onPong: answered,
    onTextMessage: answered,
  });
  return { open, closed: client.stats };
}

function blocking(url: string, options: ClientOptions): Promise<Conversation> {
  const client = BlockingClient.connect(url, { ...options, readTimeout: 4000 });
  client.sendPing(PING);
  client.sendText(TEXT);
  for (let answers = 0; answers < ANSWERS;) {
    const event = client.read();
    if (event === undefined) throw new Error("no answer");
    if (event.type === "pong" || event.type === "text") answers++;
  }
  const open = client.stats;
  client.close(1000, REASON);
  for (const _ of client);
  return Promise.resolve({ open, closed: client.stats });
}

async function async(url: string, options: ClientOptions): Promise<Conversation> {
  const client = await AsyncClient.connect(url, options);
  const thread = client.run();
  await client.control.sendPing(PING);
  await client.control.sendText(TEXT);
  let answers = 0;
  let open = client.stats;
  for await (const event of client.events) {
    if ((event.type !== "pong" && event.type !== "text") || ++answers < ANSWERS) continue;
    open = client.stats;
    await client.control.close(1000, REASON);
  }
  await thread.join();
  return { open, closed: client.stats };
}

const syscall = { transport: "syscall" } as const;

/** All styles, with the runtime's transport and, where that is another thing, over system calls. */
export const styles: Readonly<Record<string, Converse>> = {
  "non-blocking": nonBlocking,
  "non-blocking, syscall": (url, options) => nonBlocking(url, { ...options, ...syscall }),
  "blocking": blocking,
  "blocking, syscall": (url, options) => blocking(url, { ...options, ...syscall }),
  "async": async,
  "async, syscall": (url, options) => async(url, { ...options, ...syscall }),
};
