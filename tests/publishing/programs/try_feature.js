// Tries one thing on a runtime of any age, in plain JavaScript: prints `ok`, or the code of the error.
//   try_feature.js FEATURE URL [FILE OF AN AUTHORITY]
import { readFileSync } from "node:fs";
import process from "node:process";
import { AsyncClient, BlockingClient, NonBlockingClient } from "@silver9/websocket";

const [feature, url, authority] = process.argv.slice(2);
const tls = authority === undefined ? undefined : { caCerts: [readFileSync(authority, "utf8")] };
const text = "Hello ".repeat(1_000);

const features = {
  "non-blocking": () => echoNonBlocking({}),
  blocking: () => echoBlocking({}),
  async: () => echoAsync({}),
  tls: async () => {
    await echoNonBlocking({ tls });
    await echoAsync({ tls });
  },
  compression: async () => {
    const { compressed } = await echoNonBlocking({ perMessageDeflate: true });
    if (!compressed) throw new Error("the server did not agree");
  },
  syscall: () => echoBlocking({ transport: "syscall" }),
  "syscall, tls": () => echoBlocking({ transport: "syscall", tls }),
};

try {
  await features[feature]();
  console.log("ok");
} catch (error) {
  // Warnings have no place in the answer.
  console.log(error?.name === "WebSocketError" ? `${error.code}: ${error.message}` : String(error));
}

async function echoNonBlocking(options) {
  const client = await NonBlockingClient.connect(url, options);
  const compressed = client.extensions.includes("permessage-deflate");
  let answer;
  await client.run({
    onActivated: (client) => client.sendText(text),
    onTextMessage: (client, message) => {
      answer = message.text;
      client.close();
    },
  });
  check(answer);
  return { compressed };
}

function echoBlocking(options) {
  const client = BlockingClient.connect(url, { ...options, readTimeout: 10_000 });
  client.sendText(text);
  let answer;
  for (const event of client) {
    if (event.type !== "text") continue;
    answer = event.data;
    client.close();
  }
  check(answer);
}

async function echoAsync(options) {
  const client = await AsyncClient.connect(url, options);
  const thread = client.run();
  await client.control.sendText(text);
  let answer;
  for await (const event of client.events) {
    if (event.type !== "text") continue;
    answer = event.data;
    await client.control.close();
  }
  await thread.join();
  check(answer);
}

function check(answer) {
  if (answer !== text) throw new Error(`the echo was ${answer?.length} characters long`);
}
