import { test } from "node:test";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { until } from "../client/setup.ts";
import { binaryFrame, closeFrame, pongFrame, textFrame } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";
import { FakeSystem } from "./fake_system.ts";

/** Answers frames by `answer`, and Close. Answers how many frames came before Close. */
async function answer(
  peer: RawPeer,
  answer: (payload: Uint8Array, opcode: number) => Uint8Array | undefined,
): Promise<number> {
  await peer.handshake();
  for (let count = 0;; count++) {
    const frame = await peer.readFrame();
    if (frame.opcode === 8) {
      await peer.send(closeFrame(1000));
      return count;
    }
    const reply = answer(frame.payload, frame.opcode);
    if (reply !== undefined) await peer.send(reply);
  }
}

test("--ping: each round trip, a summary and a histogram", async () => {
  await withRawServer(async (peer) => {
    assertEquals(await answer(peer, (payload) => pongFrame(payload)), 3);
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--ping", "-c", "3", "-i", "0.05", `${url}/x?token=s3cret`), 0);
    const lines = system.output.text.split("\n");
    for (const number of [1, 2, 3]) {
      assertMatch(lines[number - 1]!, new RegExp(`^pong ${number}: [\\d.]+ ms$`));
    }
    assertEquals(lines[3], `--- ${url}/x?… ---`);
    assertEquals(lines[4], "3 pings, 3 answered, 0 % lost");
    assertMatch(lines[5]!, /^round trip, ms: {2}min [\d.]+ {2}mean [\d.]+ {2}median /);
    assertStringIncludes(system.errors.text, "connected to");
  });
});

test("--ping: what is not answered is told, and is an exit code", async () => {
  await withRawServer(async (peer) => {
    let pings = 0;
    await answer(peer, (payload) => ++pings === 2 ? undefined : pongFrame(payload));
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--ping", "-c", "2", "-i", "0", "-w", "0.1", url), 5);
    assertStringIncludes(system.output.text, "pong 2: none came");
    assertStringIncludes(system.output.text, "2 pings, 1 answered, 50.0 % lost");
  });
});

test("--ping: pongs that nobody asked for do not count; of several pings the latest may be answered alone", async () => {
  await withRawServer(async (peer) => {
    let pings = 0;
    await answer(peer, (payload) => ++pings === 2 ? pongFrame(payload) : pongFrame("none"));
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--ping", "-c", "2", "-i", "0.06", "-w", "4", url), 5);
    assertStringIncludes(system.output.text, "2 pings, 1 answered, 50.0 % lost");
    assert(!system.output.text.includes("pong 1:"));
  });
});

test("--ping: Ctrl-C ends it with a summary", async () => {
  await withRawServer(async (peer) => {
    await answer(peer, (payload) => pongFrame(payload));
  }, async ({ url }) => {
    const system = new FakeSystem();
    const running = system.run("--ping", "-i", "60", url);
    await until("a pong", () => system.output.text.includes("pong 1"));
    system.signal("SIGINT");
    assertEquals(await running, 0);
    assertStringIncludes(system.output.text, "1 pings, 1 answered");
  });
});

test("--ping: a server that closes ends it", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    await peer.readFrame();
    await peer.send(closeFrame(4000));
    await peer.readFrame();
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--ping", url), 4);
    assertStringIncludes(system.errors.text, "the server closed with 4000");
  });
});

test("--ping: a server that has said goodbye and does not go is sent no more pings", async () => {
  await withRawServer(async (peer) => {
    await peer.handshake();
    assertEquals((await peer.readFrame()).opcode, 9);
    await peer.send(closeFrame(4000));
    assertEquals((await peer.readFrame()).opcode, 8);
    await peer.closed();
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--ping", "-i", "0.01", "--close-timeout", "0.2", url), 4);
  });
});

test("--ping, --bench: a server that closes before the end is told, and is an exit code", async () => {
  for (const args of [["--ping", "-c", "2", "-i", "60"], ["--bench"]]) {
    await withRawServer(async (peer) => {
      await peer.handshake();
      await peer.readFrame();
      await peer.send(closeFrame(1000));
      await peer.readFrame();
    }, async ({ url }) => {
      const system = new FakeSystem();
      assertEquals(await system.run(...args, url), 5);
      assertStringIncludes(system.errors.text, "the server closed with 1000");
    });
  }
});

test("--bench: latency, then throughput", async () => {
  await withRawServer(async (peer) => {
    assertEquals(await answer(peer, (payload) => binaryFrame(payload)), 200);
  }, async ({ url }) => {
    const system = new FakeSystem();
    assertEquals(await system.run("--bench", "-c", "100", "-s", "200", "--in-flight", "8", url), 0);
    assertStringIncludes(system.output.text, "one message of 200 bytes at a time, 100 echoes:");
    assertMatch(system.output.text, /\n8 under way: [\d,]+ messages\/s, [\d.]+ MB\/s each way\n$/);
  });
});

test("--bench: a server that does not echo is told from one that does", async () => {
  for (
    const [reply, message] of [
      [(): undefined => undefined, "no echo within 0.1 s"],
      [(payload: Uint8Array) => binaryFrame(payload.subarray(1)), "something else than an echo"],
      [(payload: Uint8Array) => binaryFrame(payload.map((byte) => byte ^ 1)), "something else than an echo"],
      [() => textFrame("welcome"), "it is not an echo server"],
    ] as const
  ) {
    await withRawServer(async (peer) => {
      await answer(peer, reply);
    }, async ({ url }) => {
      const system = new FakeSystem();
      assertEquals(await system.run("--bench", "-w", "0.1", url), 5);
      assertStringIncludes(system.errors.text, message);
    });
  }
});
