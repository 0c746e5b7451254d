import { assertEquals } from "@std/assert";
import { test } from "node:test";
import { Delivery } from "../../src/transport/delivery.ts";
import { turns } from "./changes.ts";
import { RecordingSink } from "./recording_sink.ts";

function attached(): { delivery: Delivery; sink: RecordingSink } {
  const delivery = new Delivery();
  const sink = new RecordingSink();
  delivery.attach(sink);
  return { delivery, sink };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("delivery: what comes while paused is copied and held", async () => {
  const { delivery, sink } = attached();
  const memory = bytes("one");
  delivery.data(memory);
  memory.fill(0);
  delivery.data(bytes("two"));
  await turns(1);
  assertEquals(sink.log, []);
  delivery.resume();
  assertEquals(sink.log, [], "a call from within resume()");
  await turns(1);
  assertEquals(sink.text, "onetwo");
});

test("delivery: it tells whether something is held", async () => {
  const { delivery } = attached();
  assertEquals(delivery.holds, false);
  delivery.data(bytes("one"));
  assertEquals(delivery.holds, true);
  delivery.resume();
  assertEquals(delivery.holds, true);
  await turns(1);
  assertEquals(delivery.holds, false);
});

test("delivery: while running, data is handed on at once and not copied", () => {
  const { delivery, sink } = attached();
  delivery.resume();
  const memory = bytes("one");
  let same = false;
  sink.receive = (received) => same = received === memory;
  delivery.data(memory);
  assertEquals(same, true);
});

test("delivery: data that comes before what is held was released keeps its place", async () => {
  const { delivery, sink } = attached();
  delivery.data(bytes("one"));
  delivery.resume();
  delivery.data(bytes("two"));
  await turns(1);
  assertEquals(sink.text, "onetwo");
});

test("delivery: pausing within onData keeps the rest", async () => {
  const { delivery, sink } = attached();
  for (const text of ["one", "two", "three"]) delivery.data(bytes(text));
  sink.receive = () => delivery.pause();
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    delivery.resume();
    await turns(1);
    seen.push(sink.text);
  }
  assertEquals(seen, ["one", "onetwo", "onetwothree"]);
});

test("delivery: the end and the close wait for what is held", async () => {
  const { delivery, sink } = attached();
  delivery.data(bytes("last"));
  delivery.end();
  delivery.close();
  await turns(1);
  assertEquals(sink.log, []);
  delivery.resume();
  await turns(1);
  assertEquals([sink.text, sink.log], ["last", ["data", "end", "close"]]);
});

test("delivery: a close with an error does not wait, and drops what is held", async () => {
  const { delivery, sink } = attached();
  const reset = new Error("reset");
  delivery.data(bytes("lost"));
  delivery.end();
  delivery.close(reset);
  await turns(1);
  assertEquals([sink.log, sink.error], [["close"], reset]);
});

test("delivery: after drop() only the close is told, without an error", async () => {
  const { delivery, sink } = attached();
  delivery.resume();
  delivery.data(bytes("one"));
  delivery.drop();
  delivery.data(bytes("two"));
  delivery.writable();
  delivery.end();
  delivery.close(new Error("reset"));
  await turns(1);
  assertEquals([sink.text, sink.log, sink.error], ["one", ["data", "close"], undefined]);
});

test("delivery: end and close are told once", async () => {
  const { delivery, sink } = attached();
  delivery.resume();
  delivery.end();
  delivery.end();
  delivery.close();
  delivery.close(new Error("late"));
  await turns(1);
  delivery.resume();
  delivery.attach(sink);
  await turns(1);
  assertEquals([sink.log, sink.error], [["end", "close"], undefined]);
});

test("delivery: who attaches after the close is told, if nobody was", async () => {
  const delivery = new Delivery();
  delivery.close(new Error("reset"));
  await turns(1);
  const sink = new RecordingSink();
  delivery.attach(sink);
  assertEquals(sink.log, [], "a call from within attach()");
  await turns(1);
  assertEquals(sink.log, ["close"]);
});
