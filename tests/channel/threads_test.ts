import { describe, it } from "node:test";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { createChannel } from "../../src/channel/channel.ts";
import { DATA_WAKE, ROOM_WAKE } from "../../src/channel/layout.ts";
import { Ring } from "../../src/channel/ring.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";
import type { WaitingStyle } from "./end_worker.ts";
import { bounded, OtherThread, until } from "./other_thread.ts";
import { numberedMessage } from "./numbered.ts";
import { newSeed } from "./random.ts";

const styles: readonly WaitingStyle[] = ["sync", "async", "polling"];

/** Whether somebody sleeps, or is about to, on a wake word. */
function isArmed(memory: SharedArrayBuffer, wakeWord: number): boolean {
  return (Atomics.load(Ring.open(memory).control, wakeWord) & 1) === 1;
}

/** Runs senders and receivers in threads of their own, and checks who received what. */
async function exchange(
  ends: { readonly senders: readonly WaitingStyle[]; readonly receivers: readonly WaitingStyle[] },
  { capacity, count, maxLength }: { capacity: number; count: number; maxLength: number },
): Promise<void> {
  const seed = newSeed();
  console.log(`S9_SEED=${seed}`);
  const { sender, receiver } = createChannel(bytesCodec, { capacity });
  const receivers = await Promise.all(
    ends.receivers.map((style, index) =>
      OtherThread.start({ job: "receive", handle: receiver.handle(), style, seed: seed + 100 + index })
    ),
  );
  const senders = await Promise.all(ends.senders.map((style, index) =>
    OtherThread.start({
      ...{ job: "send", handle: sender.handle(), sender: index, count, maxLength, style },
      seed: seed + index,
    })
  ));
  const sent = await Promise.all(senders.map((thread) => thread.result()));
  assertEquals(sent, senders.map(() => count));
  sender.release();
  assert(receiver.isClosed, "all senders have gone");
  const received = await Promise.all(receivers.map((thread) => thread.result())) as [number, number][][];
  for (const from of senders.keys()) {
    const parts = received.map((messages) =>
      messages.filter(([sender]) => sender === from).map(([, n]) => n)
    );
    for (const part of parts) assertEquals(part, part.toSorted((a, b) => a - b), "in the order of sending");
    const all = parts.flat().sort((a, b) => a - b);
    assertEquals(all, Array.from({ length: count }, (_, index) => index), "each to exactly one");
  }
  assertEquals(receiver.tryReceive(), null);
  receiver.release();
}

describe("channel: two threads", () => {
  for (const style of styles) {
    for (const other of styles) {
      it(`passes messages from a ${style} sender to a ${other} receiver`, async () => {
        await exchange({ senders: [style], receivers: [other] }, {
          capacity: 4096,
          count: 800,
          maxLength: 10_000,
        });
      });
    }
  }

  it("passes them through a ring of which only a part has to be free for a sender to be woken", async () => {
    await exchange({ senders: ["sync"], receivers: ["async"] }, {
      capacity: 512 * 1024,
      count: 800,
      maxLength: 60_000,
    });
  });

  it("passes them through the smallest ring", async () => {
    await exchange({ senders: ["sync"], receivers: ["async"] }, {
      capacity: 128,
      count: 300,
      maxLength: 2000,
    });
  });
});

describe("channel: a blocking send behind pending ones", () => {
  it("waits until another thread has made room for all of them, and is last", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
    const message = (index: number, length: number) => numberedMessage({ sender: 0, index }, length);
    const pending = [sender.send(message(0, 1000)), sender.send(message(1, 100))];
    // It starts while this thread is blocked.
    const starting = OtherThread.start({
      job: "receive",
      handle: receiver.handle(),
      style: "sync",
      seed: newSeed(),
    });
    assertEquals(sender.sendSync(message(2, 300), 4000), { sent: true });
    const record = { kind: 0, bytes: message(3, 0), start: 0, end: 8 };
    assertEquals(sender.sendRecordSync(record, 4000), "sent");
    sender.release();
    const thread = await starting;
    assertEquals(await thread.result(), [[0, 0], [0, 1], [0, 2], [0, 3]]);
    assertEquals(await Promise.all(pending), [{ sent: true }, { sent: true }]);
    receiver.release();
  });
});

describe("channel: many threads", () => {
  it("shares the work of three senders among three receivers", async () => {
    const ends = ["sync", "async", "sync"] as const;
    await exchange({ senders: ends, receivers: ends }, { capacity: 2048, count: 400, maxLength: 5000 });
  });
});

describe("channel: closed while another thread waits", () => {
  for (const style of ["sync", "async"] as const) {
    it(`ends a ${style} receive`, async () => {
      const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
      const handle = receiver.handle();
      await using thread = await OtherThread.start({ job: "receive", handle, style, seed: 0 });
      await until(() => isArmed(handle.memory, DATA_WAKE), "the other thread waits");
      sender.closeChannel();
      assertEquals(await thread.result(), []);
    });

    for (const length of [8, 1000]) {
      it(`refuses a ${style} send of ${length} bytes`, async () => {
        const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
        const handle = sender.handle();
        assertEquals(sender.trySend(pattern(120)), { sent: true });
        await using thread = await OtherThread.start({ job: "sendOne", handle, length, style });
        await until(() => isArmed(handle.memory, ROOM_WAKE), "the other thread waits");
        receiver.closeChannel();
        assertEquals(await thread.result(), { sent: false, reason: "closed", message: pattern(length) });
        assertEquals([receiver.tryReceive(), receiver.tryReceive()], [pattern(120), null]);
      });
    }
  }
});

// In Deno, `terminate()` answers, and a thread asleep in `Atomics.wait` lives on, sending and receiving.
const skip = "Deno" in globalThis && "Deno does not end a thread that is blocked";

describe("channel: another thread is terminated", () => {
  it("while it waits to receive: the others go on", { skip }, async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
    const handle = receiver.handle();
    const thread = await OtherThread.start({ job: "receive", handle, style: "sync", seed: 0 });
    await until(() => isArmed(handle.memory, DATA_WAKE), "the other thread waits");
    await thread.terminate();
    assertEquals(sender.trySend(pattern(1)), { sent: true });
    assertEquals(receiver.receiveSync(1000), pattern(1));
    const pending = receiver.receive();
    sender.trySend(pattern(2));
    assertEquals(await bounded(pending, "receive"), pattern(2));
  });

  it("while it waits to send: the others go on", { skip }, async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128 });
    const handle = sender.handle();
    sender.trySend(pattern(120));
    const thread = await OtherThread.start({ job: "sendOne", handle, length: 8, style: "sync" });
    await until(() => isArmed(handle.memory, ROOM_WAKE), "the other thread waits");
    await thread.terminate();
    const pending = sender.send(pattern(2));
    assertEquals(receiver.tryReceive(), pattern(120));
    assertEquals(await bounded(pending, "send"), { sent: true });
    assertEquals(receiver.tryReceive(), pattern(2));
  });

  it("in the middle of a long message: a receive fails, and closing ends it", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128, stallLimit: 100 });
    const thread = await OtherThread.start({ job: "stopBetweenParts", handle: sender.handle() });
    await thread.stopped();
    await thread.terminate();
    const error = assertThrows(() => receiver.receiveSync(3000), WebSocketError, "terminated");
    assertEquals([error.code, error.phase], ["Timeout", "thread"]);
    assertEquals(await bounded(receiver.receive().catch((error) => error.phase), "receive"), "thread");
    sender.closeChannel();
    assertEquals(receiver.receiveSync(), null);
  });

  it("while it writes: sends and receives fail, and closing ends them", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128, stallLimit: 100 });
    const thread = await OtherThread.start({ job: "stopInMessage", handle: sender.handle() });
    await thread.stopped();
    await thread.terminate();
    assertThrows(() => sender.sendSync(pattern(1), 3000), WebSocketError, "terminated");
    assertThrows(() => receiver.receiveSync(3000), WebSocketError, "terminated");
    const failed = await bounded(Promise.allSettled([sender.send(pattern(1)), receiver.receive()]), "send");
    assertEquals(failed.map(({ status }) => status), ["rejected", "rejected"]);
    assertEquals(sender.sendSync(pattern(1), 1), { sent: false, reason: "full", message: pattern(1) });
    assertEquals([sender.trySend(pattern(1)).sent, receiver.tryReceive()], [false, undefined]);
    sender.closeChannel();
    assertEquals(sender.sendSync(pattern(1)), { sent: false, reason: "closed", message: pattern(1) });
    assertEquals(receiver.receiveSync(), null);
  });

  it("while it reads: sends and receives fail", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 128, stallLimit: 100 });
    const thread = await OtherThread.start({ job: "stopInReceive", handle: receiver.handle() });
    sender.trySend(pattern(100));
    await thread.stopped();
    await thread.terminate();
    assertThrows(() => sender.sendSync(pattern(100), 3000), WebSocketError, "terminated");
    assertThrows(() => receiver.receiveSync(3000), WebSocketError, "terminated");
    const failed = await bounded(Promise.allSettled([sender.send(pattern(100)), receiver.receive()]), "send");
    assertEquals(failed.map(({ status }) => status), ["rejected", "rejected"]);
    receiver.closeChannel();
    assertEquals(sender.sendSync(pattern(100)), { sent: false, reason: "closed", message: pattern(100) });
  });
});
