import { assert, assertEquals, assertRejects } from "@std/assert";
import { test } from "node:test";
import { memoryPair, type MemoryStream, memoryTransport } from "../../src/transport/memory.ts";
import { turns } from "./changes.ts";
import { connect, firstDifference, pattern } from "./connected.ts";
import { RecordingSink, writeAll } from "./recording_sink.ts";

interface End {
  readonly stream: MemoryStream;
  readonly sink: RecordingSink;
}

function ends(...options: Parameters<typeof memoryPair>): [near: End, far: End] {
  const [near, far] = memoryPair(...options).map((stream) => {
    const sink = new RecordingSink();
    stream.attach(sink);
    return { stream, sink };
  });
  return [near, far];
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("memory: bytes go over, later and copied", async () => {
  const [near, far] = ends();
  far.stream.resume();
  const memory = bytes("[hello]");
  assert(near.stream.write(memory, 1, 6));
  memory.fill(0);
  assertEquals(far.sink.log, []);
  await far.sink.received(5);
  assertEquals(far.sink.text, "hello");
  assertEquals(near.stream.writes, [5]);
});

test("memory: a write of which little is taken at a time is lent until all of it is", async () => {
  const [near, far] = ends({ takes: 3 });
  far.stream.resume();
  assert(!near.stream.write(bytes("hello, world"), 0, 12));
  assertEquals(near.stream.unsent, 9);
  await near.sink.told("writable");
  assertEquals([near.stream.unsent, near.sink.log], [0, ["writable"]]);
  await far.sink.received(12);
  assertEquals(far.sink.text, "hello, world");
});

test("memory: without room, lent bytes wait until the other end reads", async () => {
  const [near, far] = ends({ capacity: 4 });
  assert(!near.stream.write(bytes("hello, world"), 0, 12));
  await turns();
  assertEquals([near.stream.unsent, near.sink.log], [8, []]);
  far.stream.resume();
  await near.sink.told("writable");
  await far.sink.received(12);
  assertEquals(far.sink.text, "hello, world");
});

test("memory: onData gets pieces of the given sizes", async () => {
  const [near, far] = ends({}, { splits: [1, 4, 2] });
  const sizes: number[] = [];
  far.sink.receive = (bytes) => sizes.push(bytes.length);
  far.stream.resume();
  near.stream.write(bytes("hello"), 0, 5);
  near.stream.write(bytes(", world"), 0, 7);
  await far.sink.received(12);
  assertEquals([sizes, far.sink.text], [[1, 4, 2, 2, 2, 1], "hello, world"]);
});

test("memory: 1 MiB in odd pieces, every byte as it was", async () => {
  const all = pattern(1024 * 1024);
  const [near, far] = ends({ takes: 10_007, capacity: 50_021 }, { splits: [1, 4099] });
  far.stream.resume();
  await Promise.all([writeAll(near.stream, near.sink, all), far.sink.received(all.length)]);
  assertEquals(firstDifference(far.sink.bytes, all), -1);
});

test("memory: a paused end gets nothing", async () => {
  const [near, far] = ends({}, { splits: [2] });
  far.sink.receive = () => far.stream.pause();
  far.stream.resume();
  near.stream.write(bytes("hello"), 0, 5);
  await turns();
  assertEquals(far.sink.text, "he");
  far.stream.resume();
  await turns();
  assertEquals(far.sink.text, "hell");
});

test("memory: FIN each way, behind what was written", async () => {
  const [near, far] = ends({ takes: 2 });
  near.stream.resume();
  far.stream.resume();
  near.stream.write(bytes("hello"), 0, 5);
  near.stream.shutdown();
  await far.sink.told("end");
  assertEquals(far.sink.text, "hello");
  far.stream.write(bytes("bye"), 0, 3);
  far.stream.shutdown();
  await Promise.all([near.sink.told("close"), far.sink.told("close")]);
  assertEquals([near.sink.text, near.sink.log], ["bye", ["writable", "data", "end", "close"]]);
  assertEquals([near.sink.error, far.sink.error], [undefined, undefined]);
});

test("memory: destroy() is FIN to the other end, and whoever then writes is reset", async () => {
  const [near, far] = ends();
  far.stream.resume();
  near.stream.destroy();
  assertEquals(near.sink.log, []);
  await far.sink.told("end");
  assertEquals([near.sink.log, near.sink.error], [["close"], undefined]);
  far.stream.write(bytes("x"), 0, 1);
  await far.sink.told("close");
  assertEquals((far.sink.error as { code: string }).code, "ECONNRESET");
});

test("memory: reset() is an error at the other end, once", async () => {
  const [near, far] = ends();
  far.stream.resume();
  near.stream.reset();
  await far.sink.told("close");
  await turns();
  assertEquals([near.sink.log, far.sink.log], [["close"], ["close"]]);
  assertEquals((far.sink.error as { code: string }).code, "ECONNRESET");
  assertEquals(near.sink.error, undefined);
});

test("memory: every operation can be made to fail, and then both ends have closed", async () => {
  const failure = new Error("as told");
  let failAt = 1;
  for (;; failAt++) {
    const [near, far] = ends({ takes: 2, failAt, error: failure });
    near.stream.resume();
    far.stream.resume();
    far.stream.write(bytes("hi"), 0, 2);
    near.stream.write(bytes("hello"), 0, 5);
    near.stream.shutdown();
    await turns(2);
    if (near.stream.operations < failAt) break;
    assertEquals([near.sink.error, near.sink.closed, far.sink.closed], [failure, true, true]);
    assertEquals(near.stream.operations, failAt);
  }
  // Three takings, one onData, one shutdown.
  assertEquals(failAt, 6);
});

test("memory transport: the phases, and the server's end", async () => {
  let server: MemoryStream | undefined;
  const transport = memoryTransport((stream) => server = stream);
  const phases: string[] = [];
  const onPhase = (phase: string) => phases.push(phase);
  const client = await connect(transport, { port: 1, tls: {}, onPhase });
  assertEquals(phases, ["lookup", "tcp", "tls"]);
  const sink = new RecordingSink();
  server?.attach(sink);
  server?.resume();
  client.write(bytes("hello"), 0, 5);
  await sink.received(5);
  assertEquals(sink.text, "hello");
});

test("memory transport: aborting in each phase rejects with the reason", async () => {
  for (const phase of ["lookup", "tcp", "tls"]) {
    const controller = new AbortController();
    const onPhase = (entered: string) => {
      if (entered === phase) controller.abort(new Error(phase));
    };
    const transport = memoryTransport(() => assert(false, "a connection"));
    const { signal } = controller;
    await assertRejects(() => connect(transport, { port: 1, tls: {}, signal, onPhase }), Error, phase);
  }
});
