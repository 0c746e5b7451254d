/**
 * What a program in plain JavaScript may try to send: neither a text nor bytes.
 *
 * @module
 */
import { describe, it } from "node:test";
import { runInNewContext } from "node:vm";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { AsyncClient, BlockingClient, WebSocketError } from "../../mod.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { end, memoryClient } from "./memory_client.ts";
import { bounded, until } from "./setup.ts";

/** What is neither, and how it is named. */
const wrong: readonly (readonly [unknown, string])[] = [
  [undefined, "undefined"],
  [null, "null"],
  [123, "number"],
  [["a"], "Array"],
  [{ length: 3 }, "Object"],
  [new ArrayBuffer(8), "ArrayBuffer"],
  [new DataView(new ArrayBuffer(8)), "DataView"],
  [new Uint16Array(8), "Uint16Array"],
  [new Int8Array(8), "Int8Array"],
  [Object.create(null), "Object"],
];

const ALLOWED = {
  "a text": "a string, or a Uint8Array of UTF-8",
  "a binary message": "a Uint8Array",
  "a ping": "a Uint8Array",
  "a pong": "a Uint8Array",
} as const;

/** The methods that send, on a client of any style or its control channel. */
interface Sending {
  sendText(data: never): unknown;
  sendBinary(data: never): unknown;
  sendPing(data: never): unknown;
  sendPong(data: never): unknown;
}

function attempts(
  sending: Sending,
  value: unknown,
): readonly (readonly [keyof typeof ALLOWED, () => unknown])[] {
  const data = value as never;
  return [
    ["a text", () => sending.sendText(data)],
    ["a binary message", () => sending.sendBinary(data)],
    ["a ping", () => sending.sendPing(data)],
    ["a pong", () => sending.sendPong(data)],
  ];
}

/** Checks that each is refused by name. */
async function refusesAll(sending: Sending): Promise<void> {
  for (const [value, name] of [...wrong, ["abc", "string"] as const]) {
    for (const [what, attempt] of attempts(sending, value)) {
      if (typeof value === "string" && what === "a text") continue;
      // A ping need not have a payload.
      if (value === undefined && what.startsWith("a p")) continue;
      if (value === null && what.startsWith("a p")) continue;
      const error = await assertRejects(async () => await attempt(), WebSocketError);
      assertEquals(
        [error.code, error.message],
        ["InvalidConfiguration", `sending ${what}: got ${name}, allowed: ${ALLOWED[what]}`],
      );
    }
  }
}

describe("what is neither text nor bytes is refused", () => {
  it("by the non-blocking client", async () => {
    const { client, received } = await memoryClient();
    await refusesAll(client);
    client.sendText("fine");
    await until("the message", () => received().length > 0);
    assertEquals(received(), ["1 fine"]);
    await end(client);
  });

  it("by the blocking client, on another thread and on its own", async () => {
    for (const transport of [undefined, "syscall"] as const) {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport, readTimeout: 2000 });
      await refusesAll(client);
      client.sendText("fine");
      assertEquals([client.read()?.type, client.read()], ["activated", { type: "text", data: "fine" }]);
      client[Symbol.dispose]();
      await peer.finish();
    }
  });

  it("by the control channel", async () => {
    await using peer = await PeerThread.start("echo");
    const client = await AsyncClient.connect(peer.url);
    const { control } = client;
    await refusesAll(control);
    const error = assertThrows(
      () => control.trySend({ type: "sendBinary", data: "abc" as never }),
      WebSocketError,
    );
    assertEquals(error.code, "InvalidConfiguration");
    await bounded("the end", client[Symbol.asyncDispose]());
    await peer.finish();
  });
});

describe("bytes of another realm", () => {
  it("are bytes", async () => {
    const { client, received } = await memoryClient();
    const foreign = runInNewContext("new Uint8Array([104, 105])") as Uint8Array;
    assertEquals(foreign instanceof Uint8Array, false);
    client.sendBinary(foreign);
    client.sendText(foreign);
    await until("the messages", () => received().length === 2);
    assertEquals(received(), ["2 hi", "1 hi"]);
    await end(client);
  });
});
