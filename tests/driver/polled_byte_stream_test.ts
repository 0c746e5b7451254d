import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { PolledByteStream } from "../../src/driver/polled_byte_stream.ts";
import { END, type PolledStream, WOULD_BLOCK } from "../../src/transport/syscall/polled_stream.ts";
import { receiveBuffer } from "../../src/transport/syscall/receive_buffer.ts";
import type { SyscallSocket } from "../../src/transport/syscall/syscall_socket.ts";

const socket = {} as SyscallSocket;
const lost = Object.assign(new Error("reset"), { code: "ECONNRESET" });

/** A polled stream that does what a test says, and what it is asked and tells, in order. */
function setUp() {
  const log: string[] = [];
  /** What the system does: bytes to read or the answer of `read`; bytes that it takes. An error is thrown. */
  const system = { reads: [] as (string | number | Error)[], room: Infinity, fails: undefined as unknown };
  const polled: PolledStream = {
    socket,
    read() {
      const next = system.reads.shift() ?? WOULD_BLOCK;
      if (next instanceof Error) throw next;
      if (typeof next === "number") return next;
      return new TextEncoder().encodeInto(next, receiveBuffer).written;
    },
    write(_bytes, start, end) {
      if (system.fails !== undefined) throw system.fails;
      const taken = Math.min(system.room, end - start);
      system.room -= taken;
      log.push(`write ${taken}`);
      return taken;
    },
    wait(timeout, forWrite) {
      if (system.fails !== undefined) throw system.fails;
      log.push(`wait ${timeout}${forWrite ? " for room" : ""}`);
      return false;
    },
    shutdown: () => void log.push("shutdown"),
    close: () => void log.push("close"),
  };
  const stream = new PolledByteStream(polled);
  stream.attach({
    onData: (bytes) => void log.push(`data ${new TextDecoder().decode(bytes)}`),
    onWritable: () => void log.push("writable"),
    onEnd: () => void log.push("end"),
    onClose: (error) => void log.push(error === undefined ? "closed" : `closed ${(error as Error).message}`),
  });
  stream.resume();
  /** What has happened since the last call. */
  const happened = () => log.splice(0);
  return { stream, system, happened };
}

const bytes = new Uint8Array(10);

describe("a polled byte stream", () => {
  it("hands out the system's socket", () => {
    assertStrictEquals(setUp().stream.socket, socket);
  });

  it("FIN waits until everything that was lent has been taken, and is sent once", () => {
    const { stream, system, happened } = setUp();
    system.room = 4;
    assertEquals([stream.write(bytes, 0, 10), stream.unsent], [false, 6]);
    stream.shutdown();
    stream.shutdown();
    assertEquals(stream.poll(), false);
    assertEquals(happened(), ["write 4", "write 0"]);
    system.room = 5;
    assertEquals([stream.poll(), stream.unsent], [true, 1]);
    system.room = Infinity;
    assertEquals([stream.poll(), stream.unsent], [true, 0]);
    assertEquals(happened(), ["write 5", "write 1", "shutdown"]);
    assertEquals([stream.write(bytes, 0, 10), happened()], [true, []], "nothing behind FIN");
  });

  it("is closed when both sides have ended, and tells so by the next poll", () => {
    for (const peerFirst of [true, false]) {
      const { stream, system, happened } = setUp();
      if (peerFirst) {
        system.reads.push(END);
        stream.poll();
        stream.shutdown();
        assertEquals(happened(), ["end", "shutdown", "close"]);
      } else {
        stream.shutdown();
        system.reads.push(END);
        stream.poll();
        assertEquals(happened(), ["shutdown", "end", "close"]);
      }
      assertEquals([stream.closed, stream.poll(), stream.poll()], [true, true, true]);
      assertEquals(happened(), ["closed"]);
    }
  });

  it("FIN of the peer does not close it while something is lent", () => {
    const { stream, system, happened } = setUp();
    system.room = 4;
    stream.write(bytes, 0, 10);
    stream.shutdown();
    system.room = 0;
    system.reads.push(END);
    stream.poll();
    assertEquals([stream.closed, happened()], [false, ["write 4", "write 0", "end"]]);
    system.room = Infinity;
    stream.poll();
    assertEquals([stream.closed, happened()], [true, ["write 6", "shutdown", "close"]]);
  });

  it("a stream that was given up sends no FIN, and waits for nothing", async () => {
    const { stream, happened } = setUp();
    stream.destroy();
    stream.shutdown();
    stream.wait(1000);
    assertEquals(happened(), ["close"]);
    await Promise.resolve();
    assertEquals(happened(), ["closed"]);
  });

  it("waits in the kernel for what it wants, and by itself where that is nothing", () => {
    const { stream, system, happened } = setUp();
    stream.wait(5);
    stream.pause();
    // Bytes to read would end a wait in the kernel at once, and again.
    stream.wait(1);
    assertEquals(happened(), ["wait 5"]);
    system.room = 4;
    stream.write(bytes, 0, 10);
    stream.wait(5);
    stream.resume();
    stream.wait(5);
    assertEquals(happened(), ["write 4", "wait 5 for room", "wait 5 for room"]);
  });

  it("waits by itself behind the peer's end", () => {
    const { stream, system, happened } = setUp();
    system.reads.push(END, "never");
    stream.poll();
    stream.wait(1);
    assertEquals([stream.poll(), happened()], [false, ["end"]]);
  });

  it("reads nothing while it is paused", () => {
    const { stream, system, happened } = setUp();
    stream.pause();
    system.reads.push("a");
    assertEquals([stream.poll(), happened()], [false, []]);
    stream.resume();
    assertEquals([stream.poll(), happened()], [true, ["data a"]]);
  });

  it("a failure of any call ends it, and is told once", () => {
    const acts: Record<string, (subject: ReturnType<typeof setUp>) => unknown> = {
      read: ({ stream, system }) => (system.reads.push(lost), stream.poll()),
      write: ({ stream, system }) => (system.fails = lost, stream.write(bytes, 0, 10)),
      "write on": ({ stream, system }) => {
        system.room = 4;
        stream.write(bytes, 0, 10);
        system.fails = lost;
        return stream.poll();
      },
      wait: ({ stream, system }) => (system.fails = lost, stream.wait(5)),
    };
    for (const [name, act] of Object.entries(acts)) {
      const subject = setUp();
      act(subject);
      const { stream, happened } = subject;
      assertEquals([stream.closed, stream.unsent, happened().at(-1)], [true, 0, "close"], name);
      stream.poll();
      stream.poll();
      assertEquals(happened(), ["closed reset"], name);
      assertEquals([stream.write(bytes, 0, 10), happened()], [true, []], name);
    }
  });
});
