import { after, before, describe, test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { dialPolled } from "../../../src/transport/syscall/dial_polled.ts";
import { lookUp } from "../../../src/transport/syscall/lookup.ts";
import type { SocketAddress } from "../../../src/transport/syscall/socket_address.ts";
import { SocketStream } from "../../../src/transport/syscall/socket_stream.ts";
import { runBlocking } from "../../../src/transport/syscall/steps.ts";
import { unusedPort } from "../peer.ts";
import { contextFor, FarEnd, readUpTo, writeAll } from "./far_end.ts";
import { FullListener } from "./full_listener.ts";

const hello = new TextEncoder().encode("hello");

function addressOf(port: number): SocketAddress {
  return runBlocking(lookUp({ host: "127.0.0.1", port }, contextFor()))[0];
}

function assertReachesEcho(...ports: number[]): void {
  const stream = new SocketStream(runBlocking(dialPolled(ports.map(addressOf), {}, contextFor())));
  try {
    writeAll(stream, hello);
    assertEquals(readUpTo(stream, 5), hello);
  } finally {
    stream.close();
  }
}

describe("dialPolled", () => {
  let far: FarEnd;
  let full: FullListener;
  before(async () => {
    far = await FarEnd.open();
    full = new FullListener();
  });
  after(async () => {
    full.close();
    await far.close();
  });

  test("an address that does not answer is passed over", () => {
    assertReachesEcho(full.port, far.ports.echo);
  });

  test("addresses that refuse are passed over", async () => {
    const refused = await unusedPort();
    assertReachesEcho(refused, refused, far.ports.echo);
  });

  test("the failure of a later address does not end the wait for an earlier one", async () => {
    const refused = await unusedPort();
    const dialing = () => runBlocking(dialPolled([full.port, refused].map(addressOf), {}, contextFor(500)));
    assertThrows(dialing, RangeError, "late in tcp");
  });

  test("the errors come in the order of failing", async () => {
    const refused = await unusedPort();
    const nowhere = { family: 12345, bytes: new Uint8Array(16) };
    const dialing = () => runBlocking(dialPolled([addressOf(refused), nowhere], {}, contextFor()));
    const error = assertThrows(dialing, AggregateError);
    // On loopback, the first may be decided at once or after a moment.
    assertEquals(error.errors.map(({ syscall, code }) => `${syscall} ${code}`), [
      "connect ECONNREFUSED",
      "socket EAFNOSUPPORT",
    ]);
  });
});
