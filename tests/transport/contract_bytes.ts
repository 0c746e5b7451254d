import { assert, assertEquals, assertLess } from "@std/assert";
import { test } from "node:test";
import type { Transport } from "../../src/transport/transport.ts";
import { turns } from "./changes.ts";
import { connected, firstDifference, type Layer, pattern } from "./connected.ts";
import { RecordingSink, writeAll } from "./recording_sink.ts";

const MIB = 1024 * 1024;
const encoder = new TextEncoder();

/** What a transport has to do with bytes. */
export function bytesContract(transport: Transport, layer: Layer): void {
  const about = `${transport.name} ${layer}`;

  test(`${about}: bytes go there and back`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.receive = (bytes) => void it.peer.send(bytes);
    it.stream.resume();
    await writeAll(it.stream, it.sink, encoder.encode("hello"));
    await it.sink.received(5);
    assertEquals(it.sink.text, "hello");
  });

  test(`${about}: only the given part of the memory is written`, async () => {
    await using it = await connected(transport, { layer });
    const memory = encoder.encode("[hello]");
    let written = it.stream.write(memory, 1, 6);
    it.sink.writable = () => written = true;
    await it.sink.changes.until(() => written, "onWritable");
    await it.peer.received(5);
    assertEquals(new TextDecoder().decode(it.peer.bytes), "hello");
  });

  test(`${about}: an empty write is taken`, async () => {
    await using it = await connected(transport, { layer });
    const taken = it.stream.write(new Uint8Array(8), 3, 3);
    if (!taken) await it.sink.told("writable");
    assertEquals(it.stream.unsent, 0);
  });

  test(`${about}: 1 MiB each way at once, every byte as it was`, async () => {
    await using it = await connected(transport, { layer });
    const there = pattern(MIB, 1), back = pattern(MIB, 2);
    it.stream.resume();
    await Promise.all([writeAll(it.stream, it.sink, there), it.peer.send(back)]);
    await Promise.all([it.peer.received(MIB), it.sink.received(MIB)]);
    assertEquals(firstDifference(it.peer.bytes, there), -1);
    assertEquals(firstDifference(it.sink.bytes, back), -1);
  });

  test(`${about}: writing while reading leaves both alone`, async () => {
    await using it = await connected(transport, { layer });
    const back = pattern(MIB);
    const waiting: Uint8Array[] = [];
    let lent = false;
    const flush = () => {
      while (!lent && waiting.length > 0) {
        const next = waiting.shift()!;
        lent = !it.stream.write(next, 0, next.length);
      }
    };
    it.sink.receive = (bytes) => {
      waiting.push(bytes.slice());
      flush();
    };
    it.sink.writable = () => {
      lent = false;
      flush();
    };
    it.stream.resume();
    await it.peer.send(back);
    await it.peer.received(MIB);
    assertEquals(firstDifference(it.sink.bytes, back), -1);
    assertEquals(firstDifference(it.peer.bytes, back), -1);
  });

  test(`${about}: a hundred small writes keep their order`, async () => {
    await using it = await connected(transport, { layer });
    const all = pattern(100 * 7);
    for (let i = 0; i < 100; i++) await writeAll(it.stream, it.sink, all.slice(i * 7, i * 7 + 7));
    await it.peer.received(all.length);
    assertEquals(firstDifference(it.peer.bytes, all), -1);
  });

  test(`${about}: a peer that does not read makes a write lend, and is waited for`, async () => {
    await using it = await connected(transport, { layer });
    it.peer.pause();
    const chunk = pattern(MIB);
    let chunks = 0;
    // Until neither the peer's system nor this one takes any more.
    for (let stuck = false; !stuck;) {
      assertLess(chunks++, 64, "64 MiB were taken for a peer that does not read");
      if (it.stream.write(chunk, 0, chunk.length)) continue;
      const told = it.sink.log.length;
      assertLess(0, it.stream.unsent);
      await turns(20);
      stuck = it.sink.log.length === told;
    }
    const before = it.sink.log.length;
    assertLess(0, it.stream.unsent);
    assertLess(it.stream.unsent, chunk.length + 1);
    it.peer.resume();
    await it.sink.changes.until(() => it.sink.log.length > before, "onWritable");
    assertEquals(it.sink.log[before], "writable");
    assertEquals(it.stream.unsent, 0);
    await it.peer.received(chunks * MIB);
    for (let i = 0; i < chunks; i++) {
      assertEquals(firstDifference(it.peer.bytes.subarray(i * MIB, (i + 1) * MIB), chunk), -1);
    }
  });

  test(`${about}: nothing is read before the first resume, and nothing is lost`, async () => {
    await using it = await connected(transport, { layer });
    await it.peer.send("early");
    await turns();
    assertEquals(it.sink.log, []);
    it.stream.resume();
    await it.sink.received(5);
    assertEquals(it.sink.text, "early");
  });

  test(`${about}: after pause() nothing comes until resume(), and nothing is lost`, async () => {
    await using it = await connected(transport, { layer });
    const all = pattern(MIB);
    let pauses = 0;
    let paused = false;
    it.sink.receive = () => {
      assert(!paused, "data while paused");
      paused = true;
      pauses++;
      it.stream.pause();
      setTimeout(() => {
        paused = false;
        it.stream.resume();
      });
    };
    it.stream.resume();
    const sent = it.peer.send(all);
    await it.sink.received(MIB);
    await sent;
    assertLess(1, pauses);
    assertEquals(firstDifference(it.sink.bytes, all), -1);
  });

  test(`${about}: pausing at once after resuming reads nothing`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    it.stream.pause();
    await it.peer.send("hello");
    await turns();
    assertEquals(it.sink.log, []);
    it.stream.resume();
    await it.sink.received(5);
    assertEquals(it.sink.text, "hello");
  });

  test(`${about}: a paused stream makes the peer wait`, async () => {
    await using it = await connected(transport, { layer });
    it.stream.resume();
    await it.peer.send("hello");
    await it.sink.received(5);
    it.stream.pause();
    const chunk = pattern(MIB);
    let sent = 0;
    let stop = false;
    const sending = (async () => {
      while (!stop && sent < 64) {
        await it.peer.send(chunk);
        sent++;
      }
    })();
    for (let before = -1; before !== sent;) {
      before = sent;
      await turns(20);
    }
    assertLess(sent, 64, "64 MiB were taken by a paused stream");
    assertEquals(it.sink.length, 5);
    stop = true;
    it.stream.resume();
    await sending;
    await it.sink.received(5 + sent * MIB);
    assertEquals(it.sink.length, 5 + sent * MIB);
  });

  test(`${about}: a paused stream can be handed to another sink`, async () => {
    await using it = await connected(transport, { layer });
    const second = new RecordingSink();
    it.sink.receive = () => it.stream.pause();
    it.stream.resume();
    await it.peer.send("first");
    await it.sink.received(5);
    it.stream.attach(second);
    await it.peer.send("second");
    await turns();
    assertEquals(second.log, []);
    it.stream.resume();
    await second.received(6);
    assertEquals([it.sink.text, second.text], ["first", "second"]);
    it.stream.attach(it.sink);
  });
}
