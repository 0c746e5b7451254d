import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";

import { CLOSED, HEAD, padded, PART_HEADER, TAIL } from "../../src/channel/layout.ts";
import { Receiver } from "../../src/channel/receiver.ts";
import { Ring } from "../../src/channel/ring.ts";
import { type RefusalReason, Sender, type SendResult } from "../../src/channel/sender.ts";
import { bytesCodec } from "../channel/bytes_codec.ts";
import { checkNumbered, numberedMessage } from "../channel/numbered.ts";
import { bounded } from "../client/setup.ts";
import { holds } from "./property.ts";

/** Two of each end of one channel, whose positions begin somewhere. */
interface Ends {
  readonly ring: Ring;
  readonly senders: readonly Sender<Uint8Array>[];
  readonly receivers: readonly Receiver<Uint8Array>[];
}

function endsOf(capacity: number, position: number): Ends {
  const ring = Ring.create(capacity);
  ring.control[HEAD] = ring.control[TAIL] = position * 8;
  const handle = { memory: ring.shared, codec: bytesCodec.name };
  const sender = () => Sender.from<Uint8Array>({ ...handle, end: "sender" }, { codec: bytesCodec });
  const receiver = () => Receiver.from<Uint8Array>({ ...handle, end: "receiver" }, { codec: bytesCodec });
  return { ring, senders: [sender(), sender()], receivers: [receiver(), receiver()] };
}

/** Around where positions wrap: the ring's end, 2^31 and 2^32 bytes. */
const position = fc.oneof(
  fc.nat(200),
  fc.tuple(fc.constantFrom(2 ** 28, 2 ** 29), fc.nat(60)).map(([wrap, before]) => wrap - before),
);

const which = fc.nat(1);
const capacity = fc.constantFrom(128, 256, 1024);

type Operation =
  | {
    readonly do: "send";
    readonly by: number;
    readonly how: "trySend" | "sendSync" | "sendRecord";
    readonly length: number;
  }
  | { readonly do: "receive"; readonly by: number; readonly how: "tryReceive" | "receiveSync" }
  | { readonly do: "close"; readonly by: "sender" | "receiver" };

const operation = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("send"),
      by: which,
      how: fc.constantFrom("trySend", "sendSync", "sendRecord"),
      length: fc.nat(100),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("receive"),
      by: which,
      how: fc.constantFrom("tryReceive", "receiveSync"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("close"), by: fc.constantFrom("sender", "receiver") }),
  },
) as fc.Arbitrary<Operation>;

function send(
  sender: Sender<Uint8Array>,
  how: (Operation & { do: "send" })["how"],
  message: Uint8Array,
): "sent" | RefusalReason {
  if (how === "sendRecord") {
    return sender.trySendRecord({ kind: 0, bytes: message, start: 0, end: message.length });
  }
  const result: SendResult<Uint8Array> = how === "trySend"
    ? sender.trySend(message)
    : sender.sendSync(message, 0);
  if (result.sent) return "sent";
  assertStrictEquals(result.message, message, "a refused message is given back");
  return result.reason;
}

describe("any use of a channel", () => {
  it("is that of a bounded queue", async () => {
    const operations = fc.array(operation, { maxLength: 60, size: "max" });
    await holds(
      fc.property(capacity, position, operations, (capacity, position, operations) => {
        const { ring, senders, receivers } = endsOf(capacity, position);
        const queue: Uint8Array[] = [];
        let used = 0;
        let closed = false;
        let index = 0;
        const sizeOf = (message: Uint8Array): number => PART_HEADER + padded(message.length);
        for (const operation of operations) {
          if (operation.do === "close") {
            closed = true;
            if (operation.by === "sender") senders[0].closeChannel();
            else receivers[0].closeChannel();
          } else if (operation.do === "send") {
            // Short enough to go as a whole: long ones are the other property's.
            const message = numberedMessage(
              { sender: 0, index: index++ },
              operation.length % (capacity / 4 - 8),
            );
            const outcome = send(senders[operation.by], operation.how, message);
            if (closed) assertEquals(outcome, "closed");
            else if (outcome === "sent") {
              queue.push(message);
              used += sizeOf(message);
            } else {
              assertEquals(outcome, "full");
              // A filler, a second header, a total length, and room to cancel.
              assert(used + sizeOf(message) + 40 > capacity, `full with ${used} of ${capacity} used`);
            }
          } else {
            const receiver = receivers[operation.by];
            const item = operation.how === "tryReceive" ? receiver.tryReceive() : receiver.receiveSync(0);
            const expected = queue.shift();
            if (expected === undefined) assertStrictEquals(item, closed ? null : undefined);
            else assertEquals(item, expected);
            if (expected !== undefined) used -= sizeOf(expected);
          }
          assertEquals([senders[1].isClosed, receivers[1].isClosed], [closed, closed]);
          assert(ring.used >= used && ring.used <= capacity);
        }
        while (queue.length > 0) assertEquals(receivers[0].tryReceive(), queue.shift());
        assertEquals(ring.used, 0);
        assertEquals((ring.control[TAIL] & CLOSED) !== 0, closed);
      }),
      { runs: 200 },
    );
  });

  it("with messages of any length brings every one, whole, once, and in its sender's order", async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant("send" as const),
        by: which,
        length: fc.oneof(fc.nat(60), fc.nat(400), fc.nat(3000)),
      }),
      fc.record({ do: fc.constant("receive" as const), by: which }),
      fc.record({ do: fc.constant("turn" as const) }),
    );
    await holds(
      fc.asyncProperty(
        capacity,
        position,
        fc.array(step, { maxLength: 24, size: "max" }),
        async (capacity, position, steps) => {
          const { ring, senders, receivers } = endsOf(capacity, position);
          const next = [0, 0];
          const sends: Promise<SendResult<Uint8Array>>[] = [];
          const received: (Uint8Array | null)[][] = [[], []];
          const receives: Promise<unknown>[] = [];
          const receive = (by: number): void => {
            receives.push(receivers[by].receive().then((item) => received[by].push(item)));
          };
          for (const step of steps) {
            if (step.do === "turn") await new Promise((resolve) => setImmediate(resolve));
            else if (step.do === "receive") receive(step.by);
            else {sends.push(
                senders[step.by].send(
                  numberedMessage({ sender: step.by, index: next[step.by]++ }, step.length),
                ),
              );}
          }
          for (let more = receives.length; more < sends.length; more++) receive(more % 2);
          assert((await bounded("the sends", Promise.all(sends))).every(({ sent }) => sent));
          senders[0].closeChannel();
          await bounded("the receives", Promise.all(receives));
          const numbers = received.map((items) => items.filter((item) => item !== null).map(checkNumbered));
          for (const sender of [0, 1]) {
            const indices = numbers.map((numbers) =>
              numbers.filter((number) => number.sender === sender).map(({ index }) => index)
            );
            const ascending = (list: readonly number[]) => list.toSorted((a, b) => a - b);
            for (const list of indices) assertEquals(list, ascending(list), "in order at each receiver");
            assertEquals(
              ascending(indices.flat()),
              Array.from({ length: next[sender] }, (_, index) => index),
            );
          }
          assertEquals([ring.used, ring.sendLock.isTaken, ring.receiveLock.isTaken], [0, false, false]);
        },
      ),
      { runs: 100 },
    );
  });
});
