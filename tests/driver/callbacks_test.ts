import { assertEquals, assertRejects } from "@std/assert";
import { describe, it } from "node:test";
import { connection } from "./connection.ts";

describe("callbacks of a connection", () => {
  it("onDrain is for sends of the program: a ping of keepAlive that has to wait makes none", () => {
    const settings = { keepAlive: { interval: 100, timeout: 100 }, highWaterMark: 0 };
    const { clock, events, run, stream } = connection({ settings, room: 0 });
    void run();
    clock.advance(100);
    assertEquals(stream.unsent, 6);
    stream.take(6);
    assertEquals(events, []);
  });

  it("onQuit waits for onActivated, where a connection that was lost before is left in it", async () => {
    for (const throws of [false, true]) {
      const { stream, subject } = connection();
      stream.sink.onClose();
      const events: string[] = [];
      const running = subject.run({
        onActivated: () => {
          subject.forceQuit();
          events.push("activated");
          if (throws) throw new RangeError("mine");
        },
        onConnectionClosed: () => void events.push("closed"),
        onQuit: () => void events.push("quit"),
      }, undefined);
      if (throws) await assertRejects(() => running, RangeError, "mine");
      else assertEquals((await running).initiator, "local");
      assertEquals(events, ["activated", "quit"]);
    }
  });
});
