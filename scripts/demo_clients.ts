// One runtime's part of the demo: demo_clients.ts WS_URL WSS_URL CA
import process from "node:process";
import { AsyncClient, BlockingClient, type ClientOptions, NonBlockingClient } from "@silver9/websocket";
import { DemoSession } from "./demo_session.ts";
import { RESULT_MARK } from "./demo_result.ts";

/** Each talks until the session is over, and answers how the connection was closed. */
const styles = { "non-blocking": nonBlocking, blocking, async: background };

const [, , plainUrl, secureUrl, ca] = process.argv;
const targets = [
  { scheme: "ws", url: plainUrl!, options: {} },
  { scheme: "wss", url: secureUrl!, options: { tls: { caCerts: ca! } } },
] as const;

for (const [style, talk] of Object.entries(styles)) {
  for (const { scheme, url, options } of targets) {
    const session = new DemoSession();
    const client = await talk(session, url, options);
    const { connect, ...stats } = client.stats;
    const { done, median, p99 } = session.report();
    const connected = `connected in ${connect.total.toFixed(1)} ms`;
    console.log(`${style.padEnd(12)}  ${`${scheme}://`.padEnd(6)}  ${connected}, ${done}, ${client.state}`);
    const messages = stats.messagesSent + stats.messagesReceived;
    const bytes = stats.bytesSent + stats.bytesReceived;
    console.log(RESULT_MARK + JSON.stringify({ style, scheme, messages, bytes, median, p99 }));
  }
}

/** Callbacks on this thread. */
async function nonBlocking(session: DemoSession, url: string, options: ClientOptions) {
  const client = await NonBlockingClient.connect(url, options);
  await client.run({
    onActivated: (client) => client.sendText(session.begin()),
    onTextMessage: (client, message) => answer(client, session.next(message.text)),
    onBinaryMessage: (client, message) => answer(client, session.next(message.bytes)),
  });
  return client;
}

function answer(client: NonBlockingClient, message: string | Uint8Array | undefined): void {
  if (message === undefined) client.close();
  else if (typeof message === "string") client.sendText(message);
  else client.sendBinary(message);
}

/** This thread waits: no callback, no promise. */
function blocking(session: DemoSession, url: string, options: ClientOptions) {
  const client = BlockingClient.connect(url, options);
  client.sendText(session.begin());
  for (const event of client) {
    if (event.type !== "text" && event.type !== "binary") continue;
    const message = session.next(event.data);
    if (message === undefined) client.close();
    else if (typeof message === "string") client.sendText(message);
    else client.sendBinary(message);
  }
  return client;
}

/** The socket has a thread of its own, and two channels lead there. */
async function background(session: DemoSession, url: string, options: ClientOptions) {
  const client = await AsyncClient.connect(url, options);
  client.run();
  await client.control.sendText(session.begin());
  for await (const event of client.events) {
    if (event.type !== "text" && event.type !== "binary") continue;
    const message = session.next(event.data);
    if (message === undefined) await client.control.close();
    else if (typeof message === "string") await client.control.sendText(message);
    else await client.control.sendBinary(message);
  }
  return client;
}
