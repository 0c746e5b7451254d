import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "node:test";
import type { Transport } from "../../src/transport/transport.ts";
import { turns } from "./changes.ts";
import { connect, connected, firstDifference, type Layer, pattern } from "./connected.ts";
import { Listener } from "./peer.ts";
import { RecordingSink, writeAll } from "./recording_sink.ts";

const MIB = 1024 * 1024;
const hello = new TextEncoder().encode("hello");

/** What a transport need not do. */
export interface EndExceptions {
  /** Why nothing can be written after the peer's FIN. */
  readonly noWriteAfterEnd?: string;
}

/** How a transport has to end. */
export function endContract(transport: Transport, layer: Layer, exceptions: EndExceptions = {}): void {
  const about = `${transport.name} ${layer}`;

  const skip = exceptions.noWriteAfterEnd ?? false;
  test(`${about}: the peer's FIN is told, and writing goes on`, { skip }, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    it.peer.socket.end("last");
    await it.sink.told("end");
    assertEquals([it.sink.text, it.sink.log], ["last", ["data", "end"]]);
    // TLS 1.3 keeps the other direction open (RFC 8446 §6.1); an older one need not.
    await writeAll(it.stream, it.sink, hello);
    await it.peer.received(5);
    it.stream.shutdown();
    await it.sink.told("close");
    assertEquals(it.sink.error, undefined);
    await it.peer.changes.until(() => it.peer.ended, "FIN at the peer");
  });

  test(`${about}: shutdown() sends FIN, and reading goes on`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    it.stream.shutdown();
    await it.peer.changes.until(() => it.peer.ended, "FIN at the peer");
    await it.peer.send("more");
    await it.sink.received(4);
    assertEquals([it.sink.text, it.sink.log], ["more", ["data"]]);
    it.peer.socket.end();
    await it.sink.told("close");
    assertEquals(it.sink.log, ["data", "end", "close"]);
    assertEquals(it.sink.error, undefined);
  });

  test(`${about}: FIN comes behind everything written before it`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.pause();
    const all = pattern(8 * MIB);
    it.stream.write(all, 0, all.length);
    it.stream.shutdown();
    await turns();
    it.peer.resume();
    await it.peer.changes.until(() => it.peer.ended, "FIN at the peer");
    assertEquals(firstDifference(it.peer.bytes, all), -1);
  });

  test(`${about}: after shutdown() a write is taken and goes nowhere`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    it.stream.shutdown();
    assert(it.stream.write(hello, 0, 5));
    it.stream.shutdown();
    await it.peer.changes.until(() => it.peer.ended, "FIN at the peer");
    assertEquals(it.peer.length, 0);
    it.peer.socket.end();
    await it.sink.told("close");
    assertEquals(it.sink.log, ["end", "close"]);
    assertEquals(it.sink.error, undefined);
  });

  test(`${about}: FIN that comes while paused waits for resume()`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.socket.end("last");
    await turns();
    assertEquals(it.sink.log, []);
    it.stream.resume();
    await it.sink.told("end");
    assertEquals([it.sink.text, it.sink.log], ["last", ["data", "end"]]);
  });

  test(`${about}: both FINs while paused: what came before them is not lost`, async () => {
    await using it = await connected(transport, { layer });
    await it.peer.send("last");
    it.peer.socket.end();
    it.stream.shutdown();
    await it.peer.changes.until(() => it.peer.ended || it.peer.closed, "FIN at the peer");
    await turns();
    assertEquals(it.sink.log, []);
    it.stream.resume();
    await it.sink.told("close");
    assertEquals([it.sink.text, it.sink.log], ["last", ["data", "end", "close"]]);
    assertEquals(it.sink.error, undefined);
  });

  test(`${about}: destroy() is told later, once and without an error`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    await it.peer.send("hello");
    await it.sink.received(5);
    it.stream.destroy();
    assertEquals(it.sink.log, ["data"]);
    it.stream.destroy();
    it.stream.shutdown();
    it.stream.pause();
    it.stream.resume();
    assert(it.stream.write(hello, 0, 5));
    await it.sink.told("close");
    await it.peer.changes.until(() => it.peer.ended || it.peer.closed, "the end at the peer");
    await turns();
    assertEquals(it.sink.log, ["data", "close"]);
    assertEquals(it.sink.error, undefined);
  });

  test(`${about}: destroy() from within onData is the end of data`, async () => {
    await using it = await connected(transport, { layer });
    it.sink.receive = () => it.stream.destroy();
    it.stream.resume();
    it.peer.socket.write(pattern(MIB));
    await it.sink.told("close");
    await turns();
    assertEquals(it.sink.log, ["data", "close"]);
    assert(it.sink.length < MIB, "all of it came");
  });

  test(`${about}: destroy() drops what is lent`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.pause();
    const chunk = pattern(MIB);
    while (it.stream.write(chunk, 0, chunk.length) || !await stuck(it.sink));
    it.sink.log.length = 0;
    it.stream.destroy();
    await it.sink.told("close");
    await turns();
    assertEquals(it.sink.log, ["close"]);
    assertEquals(it.stream.unsent, 0);
  });

  test(`${about}: the end is told once, whoever attaches after it`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.socket.end();
    it.stream.shutdown();
    it.stream.resume();
    await it.sink.told("close");
    const late = new RecordingSink();
    it.stream.attach(late);
    await turns();
    assertEquals(late.log, []);
  });

  if (layer === "TLS") return;

  test(`${about}: RST is told once, with the system's error`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    await it.peer.send("hello");
    await it.sink.received(5);
    it.peer.socket.resetAndDestroy();
    await it.sink.told("close");
    await turns();
    assertEquals(it.sink.log, ["data", "close"]);
    assertEquals((it.sink.error as { code?: string }).code, "ECONNRESET");
  });

  test(`${about}: RST while paused shows when writing, at the latest`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.socket.resetAndDestroy();
    await it.peer.changes.until(() => it.peer.closed, "the end at the peer");
    await turns();
    for (let i = 0; i < 10 && !it.sink.closed; i++) {
      it.stream.write(hello, 0, 5);
      await turns(1);
    }
    await it.sink.told("close");
    await turns();
    assertEquals(it.sink.log.filter((event) => event !== "writable"), ["close"]);
    assertMatch((it.sink.error as { code: string }).code, /^(ECONNRESET|EPIPE)$/);
    assertEquals(it.stream.unsent, 0);
  });

  test(`${about}: RST before anyone is attached is told then`, async () => {
    await using listener = await Listener.open();
    const stream = await connect(transport, { port: listener.port });
    const peer = await listener.peer();
    peer.socket.resetAndDestroy();
    await peer.changes.until(() => peer.closed, "the end at the peer");
    await turns();
    const sink = new RecordingSink();
    stream.attach(sink);
    stream.resume();
    await sink.told("close");
    assertEquals((sink.error as { code?: string }).code, "ECONNRESET");
  });
}

/** Whether the lent bytes stay lent: nobody takes them. */
async function stuck(sink: RecordingSink): Promise<boolean> {
  const told = sink.log.length;
  await turns(20);
  return sink.log.length === told;
}
