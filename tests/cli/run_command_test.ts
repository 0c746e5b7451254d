import { test } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { closeFrame, concat, textFrame } from "../support/frames.ts";
import { withRawServer } from "../support/raw_server.ts";
import { echo, echoServer } from "./echo.ts";
import { FakeSystem } from "./fake_system.ts";

test("a pipe: each line a message, each message a line", async () => {
  await withRawServer(echoServer, async ({ url }) => {
    const system = new FakeSystem({ input: "one\r\n\ntwo wörld" });
    assertEquals(await system.run(url), 0);
    assertEquals([system.output.text, system.errors.text], ["one\n\ntwo wörld\n", ""]);
    assertEquals(system.listeners, 0);
  });
});

test("a pipe: Base64 in, Base64 and raw out", async () => {
  await withRawServer(echoServer, async ({ url }) => {
    const system = new FakeSystem({ input: "AP8=\n" });
    assertEquals(await system.run("--input", "base64", url), 0);
    assertEquals(system.output.text, "AP8=\n");
    const raw = new FakeSystem({ input: "AP8=\nAAE=\n" });
    assertEquals(await raw.run("--input", "base64", "-o", "raw", url), 0);
    assertEquals(raw.output.bytes, Uint8Array.of(0, 255, 0, 1));
  });
});

test("a pipe: JSON both ways, and Close by it", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    assertEquals(await echo(peer), ["a\nb"]);
  }, async ({ url }) => {
    const lines = ['{"type":"text","data":"a\\nb"}', '{"type":"close","code":3001,"reason":"done"}', ""];
    const system = new FakeSystem();
    system.input.write(lines.join("\n"));
    assertEquals(await system.run("--input", "json", "--output", "json", url), 0);
    assertEquals(system.output.text, '{"type":"text","data":"a\\nb"}\n');
  });
});

test("a pipe: a line that is wrong ends it, and is named by its number", async () => {
  await withRawServer(echoServer, async ({ url }) => {
    const system = new FakeSystem({ input: "AA==\ns3cret!\n" });
    assertEquals(await system.run("--input", "base64", url), 2);
    assertStringIncludes(system.errors.text, "websocket: input, line 2: it is not Base64");
    assert(!system.errors.text.includes("s3cret"));
  });
});

test("a pipe: headers, subprotocols and first messages arrive; secrets are not told", async () => {
  await withRawServer(async (peer) => {
    const { header, target } = await peer.handshake({ headers: { "Sec-WebSocket-Protocol": "two" } });
    assertEquals([header("authorization"), header("x-a"), target], ["Bearer s3cret", "1", "/p?token=s3cret"]);
    assertEquals(header("sec-websocket-protocol"), "one, two");
    assertEquals(await echo(peer), ["first", "second"]);
  }, async ({ url }) => {
    const system = new FakeSystem({ input: "", files: { secrets: "Authorization: Bearer s3cret\n" } });
    const args = ["-H", "@secrets", "-H", "X-A: 1", "-p", "one,two", "-m", "first", "-m", "second", "-v"];
    assertEquals(await system.run(...args, `${url}/p?token=s3cret`), 0);
    assertEquals(system.output.text, "first\nsecond\n");
    assertStringIncludes(system.errors.text, "websocket ");
    assert(!system.errors.text.includes("s3cret"), system.errors.text);
  });
});

test("a pipe: --count takes so many messages, waits for them, and closes", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    assertEquals((await peer.readFrame()).text, "ask");
    await peer.send(concat(textFrame("1"), textFrame("2"), textFrame("3")));
    assertEquals((await peer.readFrame()).close?.code, 1000);
    await peer.send(concat(textFrame("4"), closeFrame(1000)));
  }, async ({ url }) => {
    const system = new FakeSystem({ input: "ask\n" });
    assertEquals(await system.run("-c", "2", url), 0);
    assertEquals(system.output.text, "1\n2\n");
  });
});

test("a pipe: fewer messages than --count is an exit code of its own", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.send(concat(textFrame("1"), closeFrame(1000)));
    await peer.readFrame();
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("-c", "2", url), 5);
    assertStringIncludes(system.errors.text, "closed after 1 of 2 messages");
  });
});

test("a pipe: --wait stays for messages after the input's end", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    // No ping: it waits for the time given. What comes before Close is written.
    assertEquals((await peer.readFrame()).close?.code, 1000);
    await peer.send(concat(textFrame("late"), closeFrame(1000)));
  }, async ({ url }) => {
    const system = new FakeSystem({ input: "" });
    assertEquals(await system.run("-w", "0.05", url), 0);
    assertEquals(system.output.text, "late\n");
  });
});

test("a pipe: how the server ends it is told by the exit code", async () => {
  for (
    const [bytes, code, message] of [
      [closeFrame(1000), 0, ""],
      [closeFrame(1001, "restart"), 0, ""],
      [closeFrame(), 0, ""],
      [closeFrame(4001, "no\x1b[31m"), 4, 'the server closed with 4001 "no\\u001b[31m"'],
      [new Uint8Array(0), 3, "the connection was lost (1006)"],
      [Uint8Array.of(0x83, 0), 3, "websocket: reading a frame: reserved opcode 3"],
    ] as const
  ) {
    await withRawServer(async (peer) => {
      await peer.handshake();
      if (bytes.length > 0) {
        await peer.send(bytes);
        await peer.readFrame();
      }
    }, async ({ url }) => {
      const system = new FakeSystem();
      assertEquals(await system.run("-n", url), code);
      assertStringIncludes(system.errors.text, message);
      if (code === 0) assertEquals(system.errors.text, "");
    });
  }
});

test("a connection that cannot be opened: message, hint, exit code", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake({
      statusLine: "HTTP/1.1 401 Unauthorized",
      headers: { Upgrade: null, Connection: null },
    });
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run(url), 1);
    assertStringIncludes(system.errors.text, "401");
    assertStringIncludes(system.errors.text, "credentials go into -H");
    const quiet = new FakeSystem();
    assertEquals(await quiet.run("-q", "ws://127.0.0.1:1"), 1);
    assertEquals(quiet.errors.text, "websocket: Cannot connect to 127.0.0.1:1: connection refused\n");
  });
});

test("what cannot be done is said before anything is opened", async () => {
  for (
    const args of [
      ["ws://u:s3cret@a/#x"],
      ["-H", "Upgrade: s3cret", "ws://a"],
      ["--pin", "s3cret", "ws://a"],
      [],
    ]
  ) {
    const system = new FakeSystem();
    assertEquals(await system.run(...args), 2);
    assert(!system.errors.text.includes("s3cret"), system.errors.text);
  }
});

test("a terminal is not steered by what the server sends; another output gets it as it is", async () => {
  for (const isOutputTerminal of [true, false]) {
    await withRawServer(echoServer, async ({ url }) => {
      const system = new FakeSystem({ input: "\x1b]0;title\x07\n", isOutputTerminal });
      assertEquals(await system.run(url), 0);
      assertEquals(system.output.text, isOutputTerminal ? "\\u001b]0;title\\u0007\n" : "\x1b]0;title\x07\n");
    });
  }
});

test("raw bytes are not for a terminal", async () => {
  const system = new FakeSystem({ isOutputTerminal: true });
  assertEquals(await system.run("-o", "raw", "ws://127.0.0.1:1"), 2);
  assertStringIncludes(system.errors.text, "--output raw is not for a terminal");
});
