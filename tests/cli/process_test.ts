import { test } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setImmediate } from "node:timers";
import { runtime } from "../client/setup.ts";
import { certificates } from "../support/certificates.ts";
import { closeFrame, textFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { serversOfThisRuntime } from "../support/servers.ts";
import manifest from "../../deno.json" with { type: "json" };
import { Child, command } from "./child.ts";

const [server] = serversOfThisRuntime();

test("the command pipes messages, with the permission for the network alone", async () => {
  await using echo = await server!.start();
  await using child = new Child(echo.url).type("hello\nwörld\n\x1b[31m\n");
  assertEquals(await child.ended(), { code: 0, output: "hello\nwörld\n\x1b[31m\n", errors: "" });
});

test("the command tells its version and its options", async () => {
  await using version = new Child("--version");
  await using help = new Child("--help");
  assertEquals(await version.ended(), {
    code: 0,
    output: `@silver9/websocket ${manifest.version}\n`,
    errors: "",
  });
  const { code, output, errors } = await help.ended();
  assertEquals([code, errors], [0, ""]);
  assertStringIncludes(output, "Exit codes:");
  assert(output.endsWith("ended by SIGTERM\n"));
});

test("the command's exit codes: no connection, usage", async () => {
  await using refused = new Child("ws://127.0.0.1:1");
  await using mistaken = new Child("--no-such-option");
  const { code, errors } = await refused.ended();
  assertEquals([code, errors], [1, "websocket: Cannot connect to 127.0.0.1:1: connection refused\n"]);
  assertEquals((await mistaken.ended()).code, 2);
});

test("the command measures round trips", async () => {
  await using echo = await server!.start();
  await using child = new Child("--ping", "-c", "2", "-i", "0", echo.url);
  const { code, output } = await child.ended();
  assertEquals(code, 0);
  assertStringIncludes(output, "2 pings, 2 answered, 0 % lost");
});

test("signals end the command gracefully, though its input is open", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await using echo = await server!.start();
    await using child = new Child(echo.url);
    child.process.stdin!.write("here\n");
    await child.printed("here\n");
    // Not by `child.process`: of a process that it killed, Deno tells no exit code.
    process.kill(child.process.pid!, signal);
    assertEquals(await child.ended(), { code, output: "here\n", errors: "" });
  }
});

test("a server that closes ends the command, though its input is open", async () => {
  await using closing = await rawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("bye"));
    await peer.send(closeFrame(1000));
    await peer.readFrame();
  }, { limit: 20_000 });
  await using child = new Child(closing.url);
  assertEquals(await child.ended(), { code: 0, output: "bye\n", errors: "" });
});

test("a reader that has seen enough ends the command quietly", async () => {
  await using flooding = await rawServer(async (peer) => {
    await peer.handshake();
    // Until the client closes.
    while (peer.buffered === 0) {
      await peer.send(textFrame("more"));
      // Where the system takes everything at once, nothing would be read.
      await new Promise((resolve) => setImmediate(resolve));
    }
    assertEquals((await peer.readFrame()).opcode, 8);
    await peer.send(closeFrame(1000));
  }, { limit: 20_000 });
  await using child = new Child("-n", flooding.url);
  await child.printed("more\n");
  child.process.stdout!.destroy();
  const { code, errors } = await child.ended();
  assertEquals([code, errors], [0, ""]);
});

test("files are read where Deno permits it, and it says how", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "cli-"));
  try {
    await using echo = await server!.start({ tls: true });
    const ca = path.join(folder, "ca.pem");
    await writeFile(ca, (await certificates()).ca);
    await using child = new Child("--ca", ca, "-c", "1", "-m", "over TLS", echo.url);
    const { code, output, errors } = await child.ended();
    if (runtime === "deno") {
      assertEquals(code, 2);
      assertStringIncludes(errors, `Deno needs --allow-read=${ca} for it`);
    } else assertEquals([code, output, errors], [0, "over TLS\n", ""]);
    await using distrusting = new Child(echo.url);
    const failed = await distrusting.ended();
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.errors, "--ca FILE trusts another authority");
    await using careless = new Child("-k", "-c", "1", "-m", "careless", echo.url);
    assertEquals(await careless.ended(), { code: 0, output: "careless\n", errors: "" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without the permission for the network, it says what Deno needs", { skip: runtime !== "deno" }, () => {
  const [program, ...args] = command;
  // Without any permission among the arguments, Deno's `spawn` would give all of them.
  const limited = args.map((arg) => arg === "-N" ? "-N=example.com" : arg);
  const { status, stderr } = spawnSync(program!, [...limited, "ws://127.0.0.1:1"], { encoding: "utf8" });
  assertEquals([status, stderr], [
    1,
    "websocket: Cannot connect to 127.0.0.1:1: permission denied\non Deno: deno run --allow-net …\n",
  ]);
});
