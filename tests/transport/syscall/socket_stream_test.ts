import { after, before, describe, test } from "node:test";
import { Worker } from "node:worker_threads";
import { assert, assertEquals, assertGreater, assertInstanceOf, assertThrows } from "@std/assert";
import { WebSocketError } from "../../../src/core/errors.ts";
import { END, type PolledStream, WOULD_BLOCK } from "../../../src/transport/syscall/polled_stream.ts";
import { SystemError } from "../../../src/transport/syscall/system_error.ts";
import { wake, WakeUp } from "../../../src/transport/syscall/wake_up.ts";
import { firstDifference, pattern } from "../connected.ts";
import { connectTo, FarEnd, readToEnd, readUpTo, writeAll } from "./far_end.ts";

const hello = new TextEncoder().encode("hello");
const megabyte = pattern(1 << 20);

/** Closes a stream at the end of a test, however that ends. */
function using<Result>(stream: PolledStream, use: (stream: PolledStream) => Result): Result {
  try {
    return use(stream);
  } finally {
    stream.close();
  }
}

describe("SocketStream", () => {
  let far: FarEnd;
  before(async () => {
    far = await FarEnd.open();
  });
  after(() => far.close());

  test("a read of nothing returns at once, and a wait ends with its time", () => {
    using(connectTo({ port: far.ports.silent }), (stream) => {
      assertEquals(stream.read(), WOULD_BLOCK);
      assertEquals(stream.wait(0), false);
      assertEquals(stream.wait(1.5), false);
      assertEquals(stream.read(), WOULD_BLOCK);
    });
  });

  test("echo: what is written comes back", () => {
    using(connectTo({ port: far.ports.echo }), (stream) => {
      assertEquals(stream.write(hello, 0, hello.length), hello.length);
      assertEquals(stream.wait(4000), true);
      assertEquals(readUpTo(stream, 5), hello);
    });
  });

  test("only the bytes between start and end are written", () => {
    using(connectTo({ port: far.ports.echo }), (stream) => {
      assertEquals(stream.write(hello, 2, 2), 0);
      assertEquals(stream.write(hello, 1, 3), 2);
      assertEquals(stream.write(hello, 3, 5), 2);
      assertEquals(readUpTo(stream, 4), hello.subarray(1));
    });
  });

  test("bytes outside of the buffer are refused before the system is asked", () => {
    using(connectTo({ port: far.ports.echo }), (stream) => {
      for (const [start, end] of [[0, 6], [-1, 5], [4, 3], [NaN, 5], [0, NaN], [0, Infinity]]) {
        assertThrows(() => stream.write(hello, start, end), RangeError, "of a buffer of 5");
      }
      const transferred = new Uint8Array(8);
      structuredClone(transferred.buffer, { transfer: [transferred.buffer] });
      assertThrows(() => stream.write(transferred, 0, 8), RangeError, "of a buffer of 0");
    });
  });

  test("1 MiB both ways, in order", () => {
    using(connectTo({ port: far.ports.echo }), (stream) => {
      writeAll(stream, megabyte.subarray(0, 1 << 16));
      assertEquals(firstDifference(readUpTo(stream, 1 << 16), megabyte.subarray(0, 1 << 16)), -1);
      writeAll(stream, megabyte);
      assertEquals(firstDifference(readUpTo(stream, 1 << 20), megabyte), -1);
    });
  });

  test("a peer that does not read: partial writes, then none, then all arrives", () => {
    using(connectTo({ port: far.ports.stalled, socket: { sendBufferSize: 1 << 16 } }), (stream) => {
      let written = 0;
      let partial = 0;
      for (let count = -1; count !== 0; written += count) {
        count = stream.write(megabyte, 0, megabyte.length);
        if (count > 0 && count < megabyte.length) partial++;
        assert(written < 1 << 28, "the system takes everything");
      }
      assertGreater(partial, 0);
      assertEquals(stream.wait(0, true), false);
      far.resume();
      writeAll(stream, megabyte);
      stream.shutdown();
      assertEquals(readToEnd(stream), String(written + megabyte.length));
    });
  });

  test("FIN: what came before it is read first, and it stays", () => {
    using(connectTo({ port: far.ports.farewell }), (stream) => {
      assertEquals(readToEnd(stream), "farewell");
      assertEquals(stream.read(), END);
      assertEquals(stream.wait(0), true);
    });
  });

  test("shutdown sends FIN, once, and reading goes on", () => {
    using(connectTo({ port: far.ports.echo }), (stream) => {
      writeAll(stream, hello);
      stream.shutdown();
      stream.shutdown();
      assertEquals(readToEnd(stream), "hello");
      const error = assertThrows(() => stream.write(hello, 0, 5), SystemError);
      assertEquals(error.code, "EPIPE");
    });
  });

  test("RST is an error with its code", () => {
    using(connectTo({ port: far.ports.reset }), (stream) => {
      writeAll(stream, hello);
      assertEquals(stream.wait(4000), true);
      const error = assertThrows(() => stream.read(), SystemError);
      assertEquals(error.code, "ECONNRESET");
      assertEquals(error.syscall, "read");
      assertEquals(assertThrows(() => stream.write(hello, 0, 5), SystemError).code, "EPIPE");
    });
  });

  test("a Unix socket", () => {
    using(connectTo({ socketPath: far.socketPath }), (stream) => {
      writeAll(stream, megabyte.subarray(0, 1 << 16));
      stream.shutdown();
      assertEquals(firstDifference(readUpTo(stream, 1 << 20), megabyte.subarray(0, 1 << 16)), -1);
    });
  });

  test("a Unix socket that is not there", () => {
    const missing = `${far.socketPath}.missing`;
    const error = assertThrows(() => connectTo({ socketPath: missing }), WebSocketError, missing);
    assertEquals(error.code, "ConnectionFailed");
    assertEquals((error.cause as SystemError).code, "ENOENT");
    assertThrows(() => connectTo({ socketPath: "x".repeat(200) }), RangeError, "200");
  });

  test("a wait is ended by another's wake, which counts once", () => {
    using(connectTo({ port: far.ports.silent }), (stream) => {
      const wakeUp = new WakeUp();
      try {
        for (let i = 0; i < 100; i++) wake(wakeUp.handle);
        assertEquals(stream.wait(4000, false, wakeUp), true);
        assertEquals(stream.wait(0, false, wakeUp), false);
        wake(wakeUp.handle);
        assertEquals(stream.wait(Infinity, false, wakeUp), true);
      } finally {
        wakeUp.close();
        wakeUp.close();
      }
    });
  });

  test("another thread wakes one that sleeps in the kernel", async () => {
    const stream = connectTo({ port: far.ports.silent });
    const wakeUp = new WakeUp();
    const worker = new Worker(new URL("./waker_worker.ts", import.meta.url), { workerData: wakeUp.handle });
    const stopped = new Promise((resolve) => worker.once("exit", resolve));
    try {
      assertEquals(stream.wait(4000, false, wakeUp), true);
      assertEquals(stream.read(), WOULD_BLOCK);
    } finally {
      await stopped;
      wakeUp.close();
      stream.close();
    }
  });

  test("after close, nothing touches the descriptor, which is another's by then", () => {
    const stream = connectTo({ port: far.ports.echo });
    const { fd } = stream.socket;
    stream.close();
    const others: PolledStream[] = [];
    try {
      do {
        assert(others.length < 100, "nobody gets the descriptor");
        others.push(connectTo({ port: far.ports.echo }));
      } while (others.at(-1)!.socket.fd !== fd);
      assertEquals(stream.socket.fd, -1);
      const calls: (() => unknown)[] = [
        () => stream.read(),
        () => stream.write(hello, 0, 5),
        () => stream.wait(0),
        () => stream.shutdown(),
        () => stream.socket.getOption(1, 1),
      ];
      for (const call of calls) {
        const error = assertThrows(call);
        assertInstanceOf(error, WebSocketError);
        assertEquals(error.code, "ConnectionClosed");
      }
      stream.close();
      for (const other of others) {
        writeAll(other, hello);
        assertEquals(readUpTo(other, 5), hello);
      }
    } finally {
      for (const other of others) other.close();
    }
  });
});
