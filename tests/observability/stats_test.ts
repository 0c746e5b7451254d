import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { pongFrame, textFrame } from "../support/frames.ts";
import { bounded, until } from "../client/setup.ts";
import { memoryClient } from "../client/memory_client.ts";
import { connection } from "../driver/connection.ts";
import { EchoServer } from "./echo_server.ts";
import { styles, TEXT } from "./styles.ts";

let server: EchoServer;
before(async () => {
  server = await EchoServer.start();
});
after(() => server[Symbol.asyncDispose]());

for (const [style, converse] of Object.entries(styles)) {
  it(`stats tell the same in every style: ${style}`, async () => {
    const began = Date.now();
    const options = { perMessageDeflate: true, keepAlive: { interval: 10_000 } };
    const { open, closed } = await bounded("the client", converse(server.url, options));

    assertEquals(open.closedAt, undefined);
    assertEquals([closed.messagesSent, closed.messagesReceived], [1, 1]);
    assertEquals([closed.pingsSent, closed.pongsReceived, closed.pingsReceived], [1, 1, 1]);
    assertEquals([closed.framesSent, closed.framesReceived, closed.bufferedAmount], [4, 4, 0]);

    const { sent, received } = closed.compression!;
    assertEquals([sent.messages, received.messages], [1, 1]);
    assertEquals([sent.uncompressedBytes, received.uncompressedBytes], [TEXT.length, TEXT.length]);
    for (const { compressedBytes } of [sent, received]) {
      assert(compressedBytes > 0 && compressedBytes < 100, `${compressedBytes} bytes`);
    }

    const { roundTrips, lastRoundTrip } = closed;
    assertEquals(roundTrips!.count, 1);
    const times = [roundTrips!.min, roundTrips!.max, roundTrips!.mean, roundTrips!.percentile(50)];
    assertEquals(times, Array(4).fill(lastRoundTrip));
    assertGreater(lastRoundTrip!, 0);

    // The clocks of `performance` and `Date` may differ; that a moment is one of today is what can be said.
    const { openedAt, lastReceivedAt, closedAt } = closed;
    assertLess(Math.abs(openedAt - began), 60_000);
    assert(
      openedAt <= lastReceivedAt! && lastReceivedAt! <= closedAt!,
      `${[openedAt, lastReceivedAt, closedAt]}`,
    );
    assertGreater(closed.id, 0);
    assertEquals(JSON.parse(JSON.stringify(closed)).roundTrips.count, 1);
  });
}

describe("stats", () => {
  it("what was not asked for is not there", async () => {
    const { closed } = await bounded("the client", styles["non-blocking"]!(`${server.url}/x`, {}));
    assertEquals([closed.compression, closed.lastReceivedAt], [undefined, undefined]);
  });

  it("the backlog's peak stays", async () => {
    const { client } = await memoryClient({}, { capacity: 10 });
    client.sendBinary(new Uint8Array(1000));
    const { bufferedAmount, bufferedAmountPeak } = client.stats;
    assert(
      bufferedAmount > 0 && bufferedAmountPeak >= bufferedAmount,
      `${[bufferedAmount, bufferedAmountPeak]}`,
    );
    const running = client.run({});
    await until("all to be sent", () => client.bufferedAmount === 0);
    assertEquals([client.stats.bufferedAmount, client.stats.bufferedAmountPeak], [0, bufferedAmountPeak]);
    client.forceQuit();
    await bounded("the client to end", running);
  });

  it("pauses of whoever takes the messages count, and no others", () => {
    const { run, subject, stream } = connection();
    void run();
    subject.pause();
    subject.pause();
    subject.resume();
    stream.sink.onData(textFrame("x"));
    subject.pause();
    assertEquals([subject.stats.pauses, subject.stats.messagesReceived], [2, 1]);
    subject.forceQuit();
  });

  it("keepAlive's pings count, and their round trips", () => {
    const { clock, run, subject, stream } = connection({
      settings: { keepAlive: { interval: 100, timeout: 50 } },
    });
    void run();
    for (const delay of [3, 5, 40]) {
      clock.advance(100);
      clock.advance(delay);
      stream.sink.onData(pongFrame());
    }
    const { pingsSent, pongsReceived, roundTrips, lastReceivedAt, openedAt } = subject.stats;
    assertEquals([pingsSent, pongsReceived], [3, 3]);
    assertEquals([roundTrips!.min, roundTrips!.mean, roundTrips!.max], [3, 16, 40]);
    assertEquals(Math.round(lastReceivedAt! - openedAt), clock.now());
    subject.forceQuit();
  });
});
