import { after, before, describe, test } from "node:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { type PolledStream, WOULD_BLOCK } from "../../../src/transport/syscall/polled_stream.ts";
import { tellsReceiveTimes } from "../../../src/transport/syscall/timestamped_reader.ts";
import type { TlsOptions } from "../../../src/transport/transport.ts";
import { connectTo, contextFor, FarEnd, readUpTo, writeAll } from "./far_end.ts";
import { timestampWitness } from "./timestamp_witness.ts";

const bytes = new Uint8Array(100);
/** Below `bun test`'s five seconds. */
const limit = 4000;

/** Sends something and reads all of its echo. */
function echo(stream: PolledStream): void {
  writeAll(stream, bytes);
  assertEquals(readUpTo(stream, bytes.length).length, bytes.length);
}

describe("receive timestamps", { skip: !tellsReceiveTimes }, () => {
  let far: FarEnd;
  let witness: PolledStream;
  before(async () => {
    far = await FarEnd.open();
    witness = timestampWitness(far);
  });
  after(async () => {
    witness.close();
    await far.close();
  });

  function open(tls?: TlsOptions): PolledStream {
    const port = tls === undefined ? far.ports.echo : far.ports.server;
    return connectTo({ port, tls }, { ...contextFor(), receiveTimestamps: true });
  }

  for (const name of ["TCP", "TLS"]) {
    test(`${name}: between sending and having read, rising, finer than milliseconds`, () => {
      const stream = open(name === "TLS" ? { caCerts: far.certificates.ca } : undefined);
      try {
        const times: number[] = [];
        for (let i = 0; i < 10; i++) {
          // The same clock, without its fractions.
          const earliest = Date.now();
          echo(stream);
          const latest = Date.now() + 1;
          const time = stream.socket.receivedAt;
          assert(time !== undefined && earliest <= time && time < latest, `${earliest} ${time} ${latest}`);
          times.push(time);
        }
        for (let i = 1; i < times.length; i++) assertLess(times[i - 1], times[i]);
        assert(times.some((time) => !Number.isInteger(time)), times.join());
      } finally {
        stream.close();
      }
    });
  }

  test("it is the time of arrival, however late it is read", () => {
    writeAll(witness, bytes);
    assert(witness.wait(limit));
    const arrived = Date.now() + 1;
    while (Date.now() < arrived + 2);
    assertEquals(witness.read(), bytes.length);
    assertLess(witness.socket.receivedAt!, arrived);
  });

  test("what found nothing has no time, least of all an older one", () => {
    echo(witness);
    assert(witness.socket.receivedAt !== undefined);
    assertEquals(witness.read(), WOULD_BLOCK);
    assertEquals(witness.socket.receivedAt, undefined);
  });

  test("who did not ask is told nothing", () => {
    const stream = connectTo({ port: far.ports.echo });
    try {
      echo(stream);
      assertEquals(stream.socket.receivedAt, undefined);
    } finally {
      stream.close();
    }
  });

  test("what has been read keeps its time after close", () => {
    const stream = open();
    echo(stream);
    const time = stream.socket.receivedAt;
    stream.close();
    assertEquals(stream.socket.receivedAt, time);
  });
});
