import { BroadcastChannel } from "node:worker_threads";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { AsyncClient, IoThread, WebSocketError } from "../../mod.ts";
import { bounded, until } from "../client/setup.ts";
import { PeerThread } from "./peer_thread.ts";
import { ProgramThread } from "./program_thread.ts";

const workerUrl = new URL("./mortal_worker.ts", import.meta.url).href;

/** Tells every I/O thread that can be told so to end badly. */
function strike(how: "throw" | "hang"): void {
  const channel = new BroadcastChannel("mortal");
  channel.postMessage(how);
  channel.close();
}

/** A signal that counts who listens to it. */
function watchedSignal() {
  const watched = {
    listeners: 0,
    signal: Object.assign(new AbortController().signal, {
      addEventListener: () => void watched.listeners++,
      removeEventListener: () => void watched.listeners--,
    }),
  };
  return watched;
}

async function linesOf(client: AsyncClient): Promise<string[]> {
  const lines: string[] = [];
  for await (const event of client.events) {
    lines.push(event.type === "error" ? `error ${event.error.code}` : event.type);
  }
  return lines;
}

describe("an I/O thread that dies", () => {
  it("while the client is idle: every consumer, command and join is told", async () => {
    await using peer = await PeerThread.start("listens");
    const client = await AsyncClient.connect(peer.url, { workerUrl });
    const events = client.events.handle();
    await using elsewhere = await ProgramThread.start<string[]>({ name: "consumeBlocking", events });
    const thread = client.run();
    strike("throw");
    const [here, there] = await bounded("the consumers", Promise.all([linesOf(client), elsewhere.result()]));
    const all = [...here, ...there].sort();
    assertEquals(all, ["activated", "error Io", "quit"]);
    const close = await bounded("join", thread.join());
    assertEquals([close.code, close.initiator, close.error?.code], [1006, "none", "Io"]);
    const { cause } = close.error!;
    assert(cause instanceof Error && cause.message.includes("told to die"), String(cause));
    assertEquals(thread.joinSync(), close);
    assertEquals(client.state, "closed");
    const refused = await client.control.sendText("late");
    assertEquals(refused.sent === false && refused.reason, "closed");
    await client[Symbol.asyncDispose]();
  });

  it("for its module is not there, as in a bundle of one file", async () => {
    const connecting = AsyncClient.connect("ws://127.0.0.1:1", {
      workerUrl: new URL("./no_such_worker.js", import.meta.url),
    });
    const error = await assertRejects(() => bounded("connect", connecting), WebSocketError);
    assertEquals(error.code, "Io");
    assert(error.message.endsWith("; in a bundle, the option workerUrl says where"), error.message);
  });

  it("while it connects", async () => {
    // Takes the connection, and never answers the request.
    await using peer = await PeerThread.start("mute");
    const connecting = AsyncClient.connect(peer.url, { workerUrl });
    connecting.catch(() => {});
    await until("the connection", () => peer.board.count === 1);
    strike("throw");
    const error = await assertRejects(() => bounded("connect", connecting), WebSocketError);
    assertEquals(error.code, "Io");
  });

  it("with a full event channel", async () => {
    await using peer = await PeerThread.start("floods");
    const client = await AsyncClient.connect(peer.url, { workerUrl, eventCapacity: 128 * 1024 });
    const thread = client.run();
    await until("events", () => client.stats.bytesReceived > 128 * 1024);
    strike("throw");
    assertEquals((await bounded("join", thread.join())).error?.code, "Io");
    const lines = await bounded("the consumer", linesOf(client));
    assertEquals(lines.slice(0, 2), ["activated", "binary"]);
  });

  it("with commands that wait for room", async () => {
    await using peer = await PeerThread.start("deafForEver");
    const client = await AsyncClient.connect(peer.url, { workerUrl, controlCapacity: 65_536 });
    const thread = client.run();
    const sends = Array.from({ length: 4 }, () => client.control.sendBinary(new Uint8Array(8 * 1024 * 1024)));
    await until("a backlog", () => client.bufferedAmount > 0);
    strike("throw");
    const results = await bounded("the sends", Promise.all(sends));
    assertEquals(results.at(-1)!.sent, false);
    assertEquals((await bounded("join", thread.join())).error?.code, "Io");
    assertEquals(await linesOf(client), ["activated", "error Io", "quit"]);
  });

  it("while it waits for the peer's Close", async () => {
    await using peer = await PeerThread.start("listens");
    const client = await AsyncClient.connect(peer.url, { workerUrl });
    client.run();
    await client.control.close();
    strike("throw");
    assertEquals(await bounded("the consumer", linesOf(client)), ["activated", "error Io", "quit"]);
  });

  it("with several connections: all of them are told, and no more are taken", async () => {
    await using peer = await PeerThread.start("listens");
    await using thread = new IoThread({ workerUrl });
    const clients = await Promise.all([1, 2, 3].map(() => AsyncClient.connect(peer.url, { thread })));
    for (const client of clients) client.run();
    strike("throw");
    const lines = await bounded("the consumers", Promise.all(clients.map(linesOf)));
    assertEquals(lines, Array(3).fill(["activated", "error Io", "quit"]));
    assertEquals(
      (await assertRejects(() => AsyncClient.connect(peer.url, { thread }), WebSocketError)).code,
      "Io",
    );
  });

  // No event tells a thread that is blocked itself: it has to miss the other's signs of life, for ten seconds.
  it("is missed by threads that wait for it blocked", { timeout: 60_000 }, async () => {
    const limit = 50_000;
    await using listens = await PeerThread.start("listens");
    await using deaf = await PeerThread.start("deafForEver");
    await using mute = await PeerThread.start("mute");
    await using patient = await PeerThread.start("listensLong");
    const client = await AsyncClient.connect(listens.url, { workerUrl });
    const other = await AsyncClient.connect(patient.url, { controlCapacity: 65_536 });
    const watched = watchedSignal();
    const options = { workerUrl, handshakeTimeout: 60_000, signal: watched.signal };
    const connecting = AsyncClient.connect(mute.url, options);
    connecting.catch(() => {});
    await until("the request", () => mute.board.count === 1);
    const events = client.events.handle();
    await using reader = await ProgramThread.start<string[]>(
      { name: "read", url: listens.url, workerUrl },
      limit,
    );
    await using sender = await ProgramThread.start<string[]>(
      { name: "send", url: deaf.url, workerUrl },
      limit,
    );
    await using consumer = await ProgramThread.start<string[]>({ name: "consumeBlocking", events }, limit);
    const thread = client.run();
    // A thread that is alive is not given up for waiting, for a message whose sender is blocked in the middle of it.
    other.run();
    const blocked = other.control.sendBinary(new Uint8Array(1024 * 1024));
    strike("hang");
    const close = thread.joinSync(40_000);
    assertEquals([close?.code, close?.error?.code, close?.error?.phase], [1006, "Timeout", "thread"]);
    assertEquals((await blocked).sent, true);
    other.control.forceQuit();
    assertEquals(await linesOf(other), ["activated", "quit"]);
    const error = await assertRejects(() => connecting, WebSocketError);
    assertEquals([error.code, error.phase, watched.listeners], ["Timeout", "thread", 0]);
    assertEquals(await reader.result(), ["activated", "error Timeout thread", "quit"]);
    const [sending, again, state, ...rest] = await sender.result();
    assertEquals([sending, again, state], ["Timeout thread", "ConnectionClosed", "closed"]);
    assertEquals(rest, ["activated", "error Timeout thread", "quit"]);
    const consumed = await consumer.result();
    // Told by this thread, or by its own patience: whichever ended first.
    assert(["throws Timeout thread", "quit"].includes(consumed.at(-1)!), consumed.join());
  });
});
