import { after, before, describe, test } from "node:test";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { WebSocketError } from "../../../src/core/errors.ts";
import { connectPolledAlongside } from "../../../src/transport/syscall/connect_polled.ts";
import type { PolledContext } from "../../../src/transport/syscall/polled_context.ts";
import { SystemError } from "../../../src/transport/syscall/system_error.ts";
import { Listener, unusedPort } from "../peer.ts";
import { connectTo, contextFor, type Destination, FarEnd, readUpTo, writeAll } from "./far_end.ts";
import { FullListener } from "./full_listener.ts";

const hello = new TextEncoder().encode("hello");

function assertEchoes(destination: Destination, context?: PolledContext): void {
  const stream = connectTo(destination, context);
  try {
    writeAll(stream, hello);
    assertEquals(readUpTo(stream, 5), hello);
  } finally {
    stream.close();
  }
}

describe("connectPolled", () => {
  let far: FarEnd;
  before(async () => {
    far = await FarEnd.open();
  });
  after(() => far.close());

  test("an IPv4 address, an IPv6 address and a name, with their phases", () => {
    const phases: string[] = [];
    const context = contextFor(4000, (phase) => void phases.push(phase));
    assertEchoes({ host: "127.0.0.1", port: far.ports.echo }, context);
    assertEchoes({ host: "::1", port: far.ports.echo6 }, context);
    assertEquals(phases, ["tcp", "tcp"]);
    assertEchoes({ host: "localhost", port: far.ports.echo }, context);
    assertEquals(phases, ["tcp", "tcp", "lookup", "tcp"]);
  });

  test("localhost, whichever of its two addresses the server listens on", () => {
    assertEchoes({ host: "localhost", port: far.ports.echo });
    assertEchoes({ host: "localhost", port: far.ports.echo6 });
    assertEchoes({ host: "LocalHost.", port: far.ports.echo6 });
  });

  test("a port where nobody listens", async () => {
    const port = await unusedPort();
    const error = assertThrows(() => connectTo({ port }), WebSocketError);
    assertEquals(error.code, "ConnectionFailed");
    assertEquals(error.message, `Cannot connect to 127.0.0.1:${port}: connection refused`);
    assertInstanceOf(error.cause, SystemError);
    assertEquals(error.cause.code, "ECONNREFUSED");
    assertEquals(error.cause.syscall, "connect");
  });

  test("a name none of whose addresses answers: an error for each", async () => {
    const port = await unusedPort();
    const error = assertThrows(() => connectTo({ host: "localhost", port }), WebSocketError);
    assertEquals(error.message, `Cannot connect to localhost:${port}: connection refused`);
    assertInstanceOf(error.cause, AggregateError);
    assertEquals(error.cause.errors.map(({ code }) => code), ["ECONNREFUSED", "ECONNREFUSED"]);
  });

  test("names that there are not", () => {
    for (const host of ["nothing.invalid", "no such name", "a".repeat(300)]) {
      const error = assertThrows(() => connectTo({ host, port: 80 }), WebSocketError);
      assertEquals(error.code, "ConnectionFailed");
      assert(error.message.startsWith(`Cannot look up ${host}: `), error.message);
    }
  });

  test("a server without room: the deadline ends it", () => {
    const full = new FullListener();
    try {
      const error = assertThrows(() => connectTo({ port: full.port }, contextFor(50)), RangeError);
      assertEquals(error.message, "late in tcp");
    } finally {
      full.close();
    }
  });

  test("a deadline that has passed", () => {
    for (const host of ["localhost", "nothing.invalid"]) {
      const error = assertThrows(() => connectTo({ host, port: far.ports.echo }, contextFor(-1)), RangeError);
      assertEquals(error.message, "late in lookup");
    }
  });

  test("a name look-up that nobody waits for harms none of the next", () => {
    for (let i = 0; i < 50; i++) {
      assertThrows(() => connectTo({ host: "localhost", port: far.ports.echo }, contextFor(-1)), RangeError);
      assertEchoes({ host: "localhost", port: far.ports.echo });
    }
  });
});

describe("connectPolledAlongside", () => {
  test("connects while this thread's event loop runs", async () => {
    await using listener = await Listener.open();
    const target = { host: "localhost", port: listener.port, tls: undefined, socket: {} };
    const stream = await connectPolledAlongside(target, contextFor());
    try {
      const peer = await listener.peer();
      await peer.send("hello");
      assertEquals(readUpTo(stream, 5), hello);
    } finally {
      stream.close();
    }
  });

  test("rejects with the signal's reason, at once or later", async () => {
    const full = new FullListener();
    try {
      const target = { host: "127.0.0.1", port: full.port, tls: undefined, socket: {} };
      const reason = new Error("no more");
      for (const abort of [(c: AbortController) => c.abort(reason), later]) {
        const controller = new AbortController();
        const done = connectPolledAlongside(target, { ...contextFor(), signal: controller.signal });
        abort(controller);
        const error = await assertRejects(() => done);
        assertStrictEquals(error, controller.signal.reason);
      }
    } finally {
      full.close();
    }
  });

  test("rejects at the deadline", async () => {
    const full = new FullListener();
    try {
      const target = { host: "127.0.0.1", port: full.port, tls: undefined, socket: {} };
      await assertRejects(() => connectPolledAlongside(target, contextFor(20)), RangeError, "late in tcp");
    } finally {
      full.close();
    }
  });
});

function later(controller: AbortController): void {
  setTimeout(() => controller.abort(new Error("no more")), 5);
}
