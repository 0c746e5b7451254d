import { assertEquals, assertMatch } from "@std/assert";
import { test } from "node:test";
import { detectRuntime } from "../../src/transport/detect.ts";
import { Listener, unusedPort } from "./peer.ts";
import { run } from "./run.ts";

const module = new URL("../../src/transport/deno.ts", import.meta.url).href;

/** A program that connects by name, and says how that went. */
function connecting(host: string, port: number): string {
  return `
    import { denoTransport } from ${JSON.stringify(module)};
    try {
      const stream = await denoTransport.connect(
        { host: "${host}", port: ${port}, tls: undefined, socket: {} },
        { signal: new AbortController().signal, enterPhase() {} },
      );
      stream.destroy();
      console.log("connected");
    } catch (error) {
      console.log(error.code, error.message);
    }
  `;
}

/** Runs a program of Deno with no permission but to connect to \`allowed\`. */
async function output(allowed: string, source: string): Promise<string> {
  const script = `data:application/typescript,${encodeURIComponent(source)}`;
  const { output } = await run(["run", "--no-prompt", "--no-check", `--allow-net=${allowed}`, script]);
  return output.trim();
}

const inDeno = { skip: detectRuntime() !== "deno" };

test("Deno: the permission for a host name alone lets connect by this name", inDeno, async () => {
  await using listener = await Listener.open();
  const { port } = listener;
  assertEquals(await output(`localhost:${port}`, connecting("localhost", port)), "connected");
  assertEquals(await output("localhost", connecting("localhost", port)), "connected");
  assertEquals(await output(`127.0.0.1:${port}`, connecting("127.0.0.1", port)), "connected");
});

test("Deno: without the permission, connecting fails and says why", inDeno, async () => {
  await using listener = await Listener.open();
  const { port } = listener;
  const expected = (host: string) => `ConnectionFailed Cannot connect to ${host}:${port}: permission denied`;
  assertEquals(await output("example.com", connecting("localhost", port)), expected("localhost"));
  assertEquals(await output("example.com", connecting("127.0.0.1", port)), expected("127.0.0.1"));
});

test("Deno: with the permission for a host name alone, failures read the same", inDeno, async () => {
  const port = await unusedPort();
  const refused = await output("localhost", connecting("localhost", port));
  assertEquals(refused, `ConnectionFailed Cannot connect to localhost:${port}: connection refused`);
  const host = `${"a".repeat(64)}.invalid`;
  const unknown = await output(host, connecting(host, port));
  assertMatch(unknown, /^ConnectionFailed Cannot (connect to|look up) \S+: no such name$/);
});
