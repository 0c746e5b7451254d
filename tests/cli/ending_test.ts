import { test } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../client/setup.ts";
import { closeFrame, concat, pongFrame, textFrame } from "../support/frames.ts";
import { withRawServer } from "../support/raw_server.ts";
import { echo } from "./echo.ts";
import { FakeSystem } from "./fake_system.ts";

test("a slow output slows the server down, and nothing is lost, however long it takes", async () => {
  const message = "x".repeat(100_000);
  let sent = 0;
  const count = 300;
  await withRawServer(async (peer) => {
    await peer.handshake();
    for (; sent < count; sent++) await peer.send(textFrame(message), { limit: 10_000 });
    const ping = await peer.readFrame({ limit: 10_000 });
    assertEquals(ping.opcode, 9);
    await peer.send(pongFrame(ping.payload), { limit: 10_000 });
    await echo(peer);
  }, async ({ url }) => {
    const system = new FakeSystem({ input: "" });
    system.output.hold();
    const running = system.run("--close-timeout", "0.05", url);
    // The server gets no further than the buffers in between: seen when it stands still.
    let before = -1;
    let turns = 0;
    await until("the server to stand still", () => {
      turns = sent > 0 && sent === before ? turns + 1 : 0;
      before = sent;
      return turns === 100;
    });
    assert(sent < count, `the server could send all ${count}`);
    assert(system.output.writableLength < 3 * message.length, `${system.output.writableLength} bytes wait`);
    system.output.release();
    assertEquals(await running, 0);
    assertEquals(system.output.bytes.length, count * (message.length + 1));
  });
});

test("--count: with the last message taken, a slow output holds up neither Close nor its answer", async () => {
  const gone = Promise.withResolvers<void>();
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(concat(textFrame("x".repeat(2000)), textFrame("more")));
    await echo(peer);
    await peer.closed();
    gone.resolve();
  }, async ({ url }) => {
    const system = new FakeSystem();
    system.output.hold();
    const running = system.run("-c", "1", "--close-timeout", "0.2", url);
    await gone.promise;
    system.output.release();
    assertEquals(await running, 0);
    assertEquals(system.output.text.length, 2001);
    assertEquals(system.errors.text, "");
  });
});

test("an output that nobody reads any more ends it quietly", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("one"));
    await echo(peer);
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run(url);
    await until("a line", () => system.output.text !== "");
    system.output.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    assertEquals(await running, 0);
    assertEquals(system.errors.text, "");
  });
});

test("a server that does not say goodbye is not waited for when nobody reads", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("one"));
    assertEquals((await peer.readFrame()).close?.code, 1000);
    await peer.closed();
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run("--close-timeout", "60", url);
    await until("a line", () => system.output.text !== "");
    system.output.destroy(new Error("write EPIPE"));
    assertEquals(await running, 0);
  });
});

test("signals: graceful at first, at once the second time", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.send(textFrame("here"));
      assertEquals((await peer.readFrame()).close?.code, 1000);
      await peer.send(concat(textFrame("late"), closeFrame(1000)));
    }, async ({ url }) => {
      const system = new FakeSystem();
      const running = system.run(url);
      await until("the connection", () => system.output.text !== "");
      system.signal(signal);
      assertEquals(await running, code);
      assertEquals(system.output.text, "here\nlate\n");
    });
  }
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("here"));
    await peer.closed();
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run(url);
    await until("the connection", () => system.output.text !== "");
    system.signal("SIGINT");
    system.signal("SIGINT");
    assertEquals(await running, 130);
  });
});

test("signals: the second one leaves an output that takes nothing", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("x".repeat(2000)));
    await peer.closed();
  }, async ({ url }) => {
    const system = new FakeSystem();
    system.output.hold();
    const running = system.run("-c", "1", url);
    await until("a message", () => system.output.text !== "");
    system.signal("SIGTERM");
    system.signal("SIGTERM");
    assertEquals(await running, 143);
    assertEquals(system.listeners, 0);
  });
});

test("a signal calls connecting off", async () => {
  const requested = Promise.withResolvers<void>();
  await withRawServer(async (peer) => {
    await peer.readRequest();
    requested.resolve();
    await peer.closed();
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run(url);
    await requested.promise;
    system.signal("SIGINT");
    assertEquals(await running, 130);
  });
});

test("--reconnect: first messages again, and the input goes on where it was", async () => {
  let visits = 0;
  await withRawServer(async (peer) => {
    visits++;
    await peer.handshake();
    assertEquals((await peer.readFrame()).text, "subscribe");
    if (visits === 1) return void await peer.send(textFrame("first"));
    await peer.send(textFrame("second"));
    assertEquals(await echo(peer), ["typed"]);
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run("--reconnect", "-m", "subscribe", url);
    await until("the second connection", () => system.output.text === "first\nsecond\n");
    system.input.end("typed\n");
    assertEquals(await running, 0);
    assertEquals(system.output.text, "first\nsecond\ntyped\n");
    assertStringIncludes(system.errors.text, "the connection was lost (1006)");
  });
});
