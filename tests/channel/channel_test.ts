import { describe, it } from "node:test";
import { assert, assertEquals, assertGreater, assertRejects, assertThrows } from "@std/assert";
import type { Channel } from "../../src/channel/channel.ts";
import { createChannel } from "../../src/channel/channel.ts";
import { eventCodec } from "../../src/channel/event_codec.ts";
import { Receiver } from "../../src/channel/receiver.ts";
import { Sender } from "../../src/channel/sender.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { bytesCodec, pattern } from "./bytes_codec.ts";

const SENT = { sent: true } as const;
const FULL = pattern(120);

/** A channel with room for 128 bytes. */
function setUp(): Channel<Uint8Array> {
  return createChannel(bytesCodec, { capacity: 128 });
}

function refused(reason: "full" | "closed", message: Uint8Array) {
  return { sent: false, reason, message } as const;
}

describe("channel", () => {
  it("does not wait for ever for a timeout that is no number", () => {
    const { receiver } = setUp();
    for (const timeout of ["x", NaN, {}]) {
      const error = assertThrows(() => receiver.receiveSync(timeout as number), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
    }
  });

  it("has three outcomes of each receive", async () => {
    const { sender, receiver } = setUp();
    assertEquals([receiver.tryReceive(), receiver.receiveSync(0), receiver.receiveSync(1)], [
      undefined,
      undefined,
      undefined,
    ]);
    for (let seed = 0; seed < 3; seed++) assertEquals(sender.trySend(pattern(3, seed)), SENT);
    assertEquals(receiver.tryReceive(), pattern(3, 0));
    assertEquals(receiver.receiveSync(), pattern(3, 1));
    assertEquals(await receiver.receive(), pattern(3, 2));
    sender.closeChannel();
    assertEquals([receiver.tryReceive(), receiver.receiveSync(), await receiver.receive()], [
      null,
      null,
      null,
    ]);
  });

  it("gives a refused message back", async () => {
    const { sender, receiver } = setUp();
    assertEquals(sender.trySend(FULL), SENT);
    const message = pattern(1);
    assertEquals(sender.trySend(message), refused("full", message));
    assertEquals(sender.sendSync(message, 1), refused("full", message));
    receiver.closeChannel();
    assertEquals(sender.trySend(message), refused("closed", message));
    assertEquals(sender.sendSync(message), refused("closed", message));
    assertEquals(await sender.send(message), refused("closed", message));
  });

  it("drains after it was closed", async () => {
    const { sender, receiver } = setUp();
    for (let seed = 0; seed < 3; seed++) sender.trySend(pattern(3, seed));
    sender.closeChannel();
    const received = [];
    for await (const item of receiver) received.push(item);
    assertEquals(received, [pattern(3, 0), pattern(3, 1), pattern(3, 2)]);
  });

  it("stays as it is when a loop over it is left", async () => {
    const { sender, receiver } = setUp();
    sender.trySend(pattern(1));
    sender.trySend(pattern(2));
    for await (const item of receiver) {
      assertEquals(item, pattern(1));
      break;
    }
    assertEquals(receiver.tryReceive(), pattern(2));
    assertEquals(sender.isClosed, false);
  });

  it("serves pending receives in order", async () => {
    const { sender, receiver } = setUp();
    const pending = [receiver.receive(), receiver.receive(), receiver.receive(), receiver.receive()];
    for (let seed = 0; seed < 3; seed++) sender.trySend(pattern(1, seed));
    sender.closeChannel();
    assertEquals(await Promise.all(pending), [pattern(1, 0), pattern(1, 1), pattern(1, 2), null]);
  });

  it("wakes every pending receive when it is closed", async () => {
    const { sender, receiver } = setUp();
    const other = Receiver.from(receiver.handle(), { codec: bytesCodec });
    const pending = [receiver.receive(), receiver.receive(), other.receive()];
    sender.closeChannel();
    assertEquals(await Promise.all(pending), [null, null, null]);
  });

  it("refuses every pending send when it is closed", async () => {
    const { sender, receiver } = setUp();
    sender.trySend(FULL);
    const pending = [sender.send(pattern(1)), sender.send(pattern(500)), sender.send(pattern(2))];
    receiver.closeChannel();
    assertEquals(await Promise.all(pending), [
      refused("closed", pattern(1)),
      refused("closed", pattern(500)),
      refused("closed", pattern(2)),
    ]);
    assertEquals([receiver.tryReceive(), receiver.tryReceive()], [FULL, null]);
  });

  it("gives nobody a message that was cut off by closing", async () => {
    const { sender, receiver } = setUp();
    const pending = sender.send(pattern(500));
    assertEquals(receiver.tryReceive(), undefined);
    receiver.closeChannel();
    assertEquals([await pending, await receiver.receive()], [refused("closed", pattern(500)), null]);
  });

  it("keeps a sender's order whichever methods it uses", async () => {
    const { sender, receiver } = setUp();
    assertEquals(sender.trySend(FULL), SENT);
    const first = sender.send(pattern(1));
    const second = sender.send(pattern(300));
    assertEquals(sender.trySend(pattern(3)), refused("full", pattern(3)), "must not overtake");
    assertEquals(sender.sendSync(pattern(3), 1), refused("full", pattern(3)), "must not overtake");
    const third = sender.send(pattern(4));
    const received = [];
    while (received.length < 4) received.push(await receiver.receive());
    assertEquals(received, [FULL, pattern(1), pattern(300), pattern(4)]);
    assertEquals(await Promise.all([first, second, third]), [SENT, SENT, SENT]);
  });

  it("does pending sends within a blocking one", async () => {
    const { sender, receiver } = setUp();
    sender.trySend(FULL);
    const pending = sender.send(pattern(1));
    assertEquals(receiver.tryReceive(), FULL);
    assertEquals(sender.sendSync(pattern(2)), SENT);
    assertEquals([receiver.tryReceive(), receiver.tryReceive()], [pattern(1), pattern(2)]);
    assertEquals(await pending, SENT);
  });

  it("does a pending send that is longer than itself within a blocking one", async () => {
    const { receiver } = setUp();
    const received: number[] = [];
    let isRead = false;
    // Who is woken by each part reads it at once, as another thread would.
    const onWrite = () => {
      if (!isRead) return;
      for (let item; (item = receiver.tryReceive());) received.push(item.length);
    };
    const sender = Sender.from({ ...receiver.handle(), end: "sender" }, { codec: bytesCodec, onWrite });
    const pending = sender.send(pattern(1000));
    isRead = true;
    assertEquals(receiver.tryReceive(), undefined);
    assertEquals(sender.sendSync(pattern(300)), SENT);
    assertEquals(received, [1000, 300]);
    assertEquals(await pending, SENT);
  });

  it("rejects with what its codec throws, and goes on", async () => {
    const fails = (): never => {
      throw new RangeError("no such message");
    };
    const { sender, receiver } = setUp();
    const badSender = Sender.from(sender.handle(), { codec: { ...bytesCodec, byteLength: fails } });
    const badReceiver = Receiver.from(receiver.handle(), { codec: { ...bytesCodec, decode: fails } });
    await assertRejects(() => badSender.send(pattern(1)), RangeError, "no such message");
    sender.trySend(pattern(1));
    sender.trySend(pattern(2));
    await assertRejects(() => badReceiver.receive(), RangeError, "no such message");
    assertEquals(receiver.tryReceive(), pattern(2));
    assertEquals(receiver.tryReceive(), undefined);
  });

  it("copies what is sent before the call returns", async () => {
    const { sender, receiver } = setUp();
    const data = pattern(10);
    sender.trySend(FULL);
    const pending = sender.send(data);
    const record = sender.sendRecord({ kind: 0, bytes: data, start: 0, end: 10 });
    data.fill(0);
    receiver.tryReceive();
    assertEquals([await receiver.receive(), await receiver.receive()], [pattern(10), pattern(10)]);
    assertEquals([await pending, await record], [SENT, "sent"]);
  });

  it("takes a message longer than itself back when its time is up", () => {
    const { sender, receiver } = setUp();
    assertEquals(sender.trySend(pattern(500)), refused("full", pattern(500)));
    assertEquals(sender.sendSync(pattern(500), 5), refused("full", pattern(500)));
    assertEquals(receiver.tryReceive(), undefined);
    assertEquals(sender.trySend(pattern(1)), SENT);
    assertEquals(receiver.tryReceive(), pattern(1));
  });

  it("passes messages longer than itself, between others", async () => {
    const { sender, receiver } = setUp();
    const lengths = [1, 1000, 0, 129, 70_000, 5];
    const results = Promise.all(lengths.map((length) => sender.send(pattern(length))));
    for (const length of lengths) assertEquals(await receiver.receive(), pattern(length));
    assertEquals(await results, lengths.map(() => SENT));
  });

  it("sends records without an object", async () => {
    const { sender, receiver } = createChannel(eventCodec, { capacity: 128 });
    const record = { kind: 1, bytes: new TextEncoder().encode("xhéy"), start: 1, end: 4 };
    assertEquals(sender.trySendRecord(record), "sent");
    assertEquals(sender.sendRecordSync(record), "sent");
    assertEquals(await sender.sendRecord(record), "sent");
    for (let index = 0; index < 3; index++) {
      assertEquals(receiver.tryReceive(), { type: "text", data: "hé" });
    }
    while (sender.trySendRecord(record) === "sent");
    assertEquals([sender.trySendRecord(record), sender.sendRecordSync(record, 1)], ["full", "full"]);
    sender.closeChannel();
    assertEquals([sender.trySendRecord(record), await sender.sendRecord(record)], ["closed", "closed"]);
  });

  it("takes no record any more from a sender that was let go", async () => {
    const { sender, receiver } = setUp();
    const other = Sender.from(sender.handle(), { codec: bytesCodec });
    other.release();
    const record = { kind: 0, bytes: pattern(3), start: 0, end: 3 };
    assertEquals(
      [other.trySendRecord(record), other.sendRecordSync(record), await other.sendRecord(record)],
      ["closed", "closed", "closed"],
    );
    assertEquals([receiver.tryReceive(), sender.trySendRecord(record)], [undefined, "sent"]);
  });
});

describe("channel: several ends", () => {
  it("is open until the last sender has gone", async () => {
    const { sender, receiver } = setUp();
    const other = Sender.from(sender.handle(), { codec: bytesCodec });
    sender.release();
    sender.release();
    assertEquals(sender.trySend(pattern(1)), refused("closed", pattern(1)));
    assertEquals(other.trySend(pattern(2)), SENT);
    assertEquals(receiver.isClosed, false);
    const pending = [receiver.receive(), receiver.receive()];
    other[Symbol.dispose]();
    assertEquals(await Promise.all(pending), [pattern(2), null]);
    assert(receiver.isClosed);
  });

  it("does what a sender had still to send before it goes", async () => {
    const { sender, receiver } = setUp();
    sender.trySend(FULL);
    const pending = [sender.send(pattern(1)), sender.send(pattern(400))];
    sender.release();
    const received = [];
    for await (const item of receiver) received.push(item);
    assertEquals(received, [FULL, pattern(1), pattern(400)]);
    assertEquals(await Promise.all(pending), [SENT, SENT]);
  });

  it("is open until the last receiver has gone", () => {
    const { sender, receiver } = setUp();
    const other = Receiver.from(receiver.handle(), { codec: bytesCodec });
    receiver.release();
    receiver.release();
    assertEquals(sender.trySend(pattern(1)), SENT);
    assertEquals([receiver.tryReceive(), other.tryReceive()], [null, pattern(1)]);
    other[Symbol.dispose]();
    assertEquals(sender.trySend(pattern(1)), refused("closed", pattern(1)));
  });

  it("ends the pending receives of a receiver that goes, and no others", async () => {
    const { sender, receiver } = setUp();
    const other = Receiver.from(receiver.handle(), { codec: bytesCodec });
    const pending = [receiver.receive(), other.receive()];
    receiver.release();
    assertEquals(await pending[0], null);
    sender.trySend(pattern(1));
    assertEquals(await pending[1], pattern(1));
  });

  it("goes on without a receiver that went in the middle of a message", async () => {
    const { sender, receiver } = setUp();
    const other = Receiver.from(receiver.handle(), { codec: bytesCodec });
    const pending = sender.send(pattern(500));
    assertEquals(receiver.tryReceive(), undefined);
    const next = sender.send(pattern(1));
    receiver.release();
    assertEquals(await other.receive(), pattern(1));
    assertEquals([await pending, await next], [SENT, SENT]);
  });

  it("gives each item to one of several receivers", async () => {
    const { sender, receiver } = setUp();
    const other = Receiver.from(receiver.handle(), { codec: bytesCodec });
    const pending = [receiver.receive(), other.receive(), receiver.receive(), other.receive()];
    for (let seed = 0; seed < 4; seed++) sender.trySend(pattern(1, seed));
    const received = (await Promise.all(pending)).map((item) => item?.[0]);
    assertEquals(received.toSorted(), [0, 31, 62, 93].toSorted());
  });
});

describe("channel: use", () => {
  it("lets timers have their turn in a loop over items that are always there", async () => {
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 1 << 16 });
    let isOver = false;
    const timer = setTimeout(() => isOver = true, 1);
    let received = 0;
    while (!isOver && received < 1_000_000) {
      sender.trySend(pattern(1));
      await receiver.receive();
      received++;
    }
    clearTimeout(timer);
    assert(isOver);
    assertGreater(received, 0);
  });

  for (const spinWaitDuration of [null, 1]) {
    it(`waits by spinWaitDuration ${spinWaitDuration}`, async () => {
      const { sender, receiver } = createChannel(bytesCodec, { capacity: 128, spinWaitDuration });
      const pending = [receiver.receive(), receiver.receive()];
      assertEquals(receiver.receiveSync(2), undefined);
      sender.trySend(pattern(1));
      assertEquals(await pending[0], pattern(1));
      sender.closeChannel();
      assertEquals(await pending[1], null);
    });
  }

  for (const spinWaitDuration of [0, -1, NaN]) {
    it(`refuses spinWaitDuration ${spinWaitDuration}`, () => {
      const error = assertThrows(
        () => createChannel(bytesCodec, { capacity: 128, spinWaitDuration }),
        WebSocketError,
        `${spinWaitDuration}`,
      );
      assertEquals(error.code, "InvalidConfiguration");
    });
  }

  it("finds the codecs of events and control messages by itself, and no other", () => {
    const { receiver } = createChannel(eventCodec, { capacity: 128 });
    Receiver.from(receiver.handle()).release();
    const other = setUp().receiver.handle();
    assertThrows(() => Receiver.from(other), WebSocketError, '"bytes"');
    assertThrows(
      () => Receiver.from(receiver.handle(), { codec: { ...eventCodec, name: "x" } }),
      WebSocketError,
      '"event", not "x"',
    );
  });
});
