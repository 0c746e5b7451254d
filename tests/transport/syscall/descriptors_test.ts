import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertEquals, assertGreater } from "@std/assert";
import { unusedPort } from "../peer.ts";
import { run } from "../run.ts";
import type { DescriptorProbeInput } from "./descriptor_probe.ts";
import { FarEnd } from "./far_end.ts";

const probe = fileURLToPath(new URL("./descriptor_probe.ts", import.meta.url));
// Deno looks for a newer Deno over sockets of its own.
const variables = { DENO_NO_UPDATE_CHECK: "1" };
const command = "Deno" in globalThis ? ["run", "-A", "--no-check", probe] : [probe];

describe("descriptors", () => {
  let far: FarEnd;
  before(async () => {
    far = await FarEnd.open();
  });
  after(() => far.close());

  test("none is left open, whatever happened", { timeout: 60_000 }, async () => {
    const { ports, socketPath, certificates: { ca } } = far;
    const input: DescriptorProbeInput = { ports, socketPath, ca, unused: await unusedPort() };
    const { code, output } = await run([...command, JSON.stringify(input)], { variables, limit: 50_000 });
    assertEquals(code, 0, output);
    const leaked: Record<string, number> = JSON.parse(output.match(/^\{.*\}$/m)![0]);
    assertGreater(Object.keys(leaked).length, 0);
    assertEquals(Object.entries(leaked).filter(([, count]) => count !== 0), []);
  });
});
