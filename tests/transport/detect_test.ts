import { assertEquals, assertRejects } from "@std/assert";
import { test } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { detectRuntime, loadTransport } from "../../src/transport/detect.ts";

const here = detectRuntime();

test("the transport is the runtime's own", async () => {
  const told = "Deno" in globalThis ? "deno" : "Bun" in globalThis ? "bun" : "node";
  assertEquals(here, told);
  assertEquals((await loadTransport()).name, told);
  assertEquals((await loadTransport(here)).name, told);
  assertEquals((await loadTransport("node")).name, "node");
});

for (const name of ["deno", "bun"] as const) {
  if (name === here) continue;
  test(`the transport "${name}" is refused here`, async () => {
    const error = await assertRejects(async () => await loadTransport(name), WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    assertEquals(
      error.message,
      `options: transport "${name}" does not run in this runtime, which is "${here}"`,
    );
  });
}
