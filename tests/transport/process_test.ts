import { assertEquals } from "@std/assert";
import { test } from "node:test";
import { detectRuntime } from "../../src/transport/detect.ts";
import { Listener } from "./peer.ts";
import { run } from "./run.ts";

const here = detectRuntime();
const program = { deno: ["eval"], bun: ["-e"], node: ["--input-type=module", "-e"] }[here];
const detect = JSON.stringify(new URL("../../src/transport/detect.ts", import.meta.url).href);

/** A program that connects, sends a byte some time later, and then has nothing to do but to read. */
function reading(port: number, keeps: boolean, name: string): string {
  return `
    import { loadTransport } from ${detect};
    const transport = await loadTransport("${name}");
    const stream = await transport.connect(
      { host: "127.0.0.1", port: ${port}, tls: undefined, socket: {} },
      { signal: new AbortController().signal, enterPhase() {} },
    );
    stream.attach({
      onData() { console.log("data"); },
      onWritable() {},
      onEnd() { console.log("end"); stream.shutdown(); },
      onClose() { console.log("close"); },
    });
    stream.resume();
    stream.setKeepsProcessAlive(${keeps});
    setTimeout(() => stream.write(new Uint8Array(1), 0, 1), 20);
  `;
}

for (const name of new Set([here, "node" as const])) {
  test(`${name}: a stream keeps the process alive`, { timeout: 20_000 }, async () => {
    await using listener = await Listener.open();
    const running = run([...program, reading(listener.port, true, name)], { limit: 15_000 });
    const peer = await listener.peer();
    await peer.received(1);
    await peer.send("answer");
    peer.socket.end();
    assertEquals(await running, { code: 0, output: "data\nend\nclose\n" });
  });

  test(
    `${name}: a stream that does not keep the process alive lets it end`,
    { timeout: 20_000 },
    async () => {
      await using listener = await Listener.open();
      const running = run([...program, reading(listener.port, false, name)], { limit: 15_000 });
      const peer = await listener.peer();
      await peer.received(1);
      assertEquals(await running, { code: 0, output: "" });
    },
  );
}
