// A plain script: calls a server's methods one after the other, as if they were functions. No callback, no promise.
//   plain_script.ts [URL]
import { BlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

interface Answer {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

using client = BlockingClient.connect(exampleServer().url, { readTimeout: 5_000 });
let calls = 0;

const version = call("version", ["1.2"]);
console.log(`version: ${version}`);
const users = call("users", ["ann", "bob"]) as string[];
for (const user of users) console.log(`user ${user}: ${call("status", [user])}`);
console.log(`${calls} calls`);

/** One request and its answer; anything else that comes in between is passed over. */
function call(method: string, params: readonly unknown[]): unknown {
  const id = ++calls;
  client.sendText(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  for (;;) {
    const event = client.read();
    if (event === undefined) throw new Error(`${method}: no answer for 5 s`);
    if (event.type === "closed") throw new Error(`${method}: the server closed with ${event.close.code}`);
    if (event.type !== "text") continue;
    const answer: Answer = JSON.parse(event.data);
    // An echo server answers with the question.
    if (answer.id === id) return answer.params;
  }
}
