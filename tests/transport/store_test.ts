import { assertEquals, assertGreater } from "@std/assert";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { detectRuntime } from "../../src/transport/detect.ts";
import { run } from "./run.ts";
import { certificates, certificatesVariable } from "../support/certificates.ts";

const command = {
  deno: ["test", "-A", "--no-check"],
  bun: ["test"],
  node: ["--test", "--test-force-exit"],
}[detectRuntime()];

test("the TLS contract holds with an authority of the runtime's own store", { timeout: 60_000 }, async () => {
  const all = await certificates();
  const directory = await mkdtemp(join(tmpdir(), "websocket-"));
  try {
    const file = join(directory, "certificates.json");
    const store = join(directory, "ca.pem");
    await Promise.all([writeFile(file, JSON.stringify(all)), writeFile(store, all.ca)]);
    const suite = fileURLToPath(new URL("store_contract.ts", import.meta.url));
    const variables = { [certificatesVariable]: file, DENO_CERT: store, NODE_EXTRA_CA_CERTS: store };
    const { code, output } = await run([...command, suite], { variables });
    assertEquals(code, 0, output);
    const passed = /(\d+) pass|pass (\d+)/.exec(output);
    assertGreater(Number(passed?.[1] ?? passed?.[2]), 40, output);
  } finally {
    await rm(directory, { recursive: true });
  }
});
