import { after, before, describe, test } from "node:test";
import { type AddressInfo, createServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import { assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { tellsReceiveTimes } from "../../../src/transport/syscall/timestamped_reader.ts";
import { certificates } from "../../support/certificates.ts";
import { run } from "../run.ts";

const probe = fileURLToPath(new URL("./allocation_probe.ts", import.meta.url));
const command = "Deno" in globalThis ? ["run", "-A", "--no-check", probe] : [probe];
const million = 1_000_000;
/** Bun collects after so many bytes. */
const cycle = 8 * 1024 * 1024;
/** Above Bun's 5 s: three million system calls take 2 to 6 on a machine at rest. */
const options = { timeout: 60_000 };

interface ProbeOptions {
  readonly ca?: string;
  readonly timestamps?: boolean;
}

/** Bytes per call, by the name of the call. */
async function measure(
  port: number,
  { ca, timestamps = false }: ProbeOptions = {},
): Promise<Record<string, number>> {
  const args = [...command, String(port), String(timestamps), ...(ca === undefined ? [] : [ca])];
  const { code, output } = await run(args, { variables: { BUN_JSC_logGC: "1" }, limit: 50_000 });
  assertEquals(code, 0, output);
  const found: Record<string, number> = {};
  for (const [, name, between, counted] of output.matchAll(/^begin (\w+)$([^]*?)^end \1 (\d+)$/gm)) {
    const collections = between.match(/Requesting GC/g)?.length ?? 0;
    found[name] = (Number(counted) + collections * cycle) / million;
  }
  return found;
}

function assertAllocatesNothing({ reads, writes, waits, control }: Record<string, number>): void {
  // The smallest object has more than eight. What is counted below that is the runtime's own bookkeeping, and with
  // TLS the rests of partial writes, which are kept.
  for (const bytes of [reads, writes, waits]) assertLess(bytes, 8);
  assertGreaterOrEqual(control, 8);
}

describe("a million calls allocate nothing", () => {
  const servers: Server[] = [];
  let ca: string;
  before(async () => {
    const { ca: authority, server: identity } = await certificates();
    ca = authority;
    const drain = (socket: { resume(): { on(name: "error", listener: () => void): unknown } }) =>
      void socket.resume().on("error", () => {});
    servers.push(createServer(drain), createTlsServer(identity, drain));
    for (const server of servers) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
  });
  after(() => {
    for (const server of servers) server.close();
  });

  test("TCP: read, write, wait", options, async () => {
    assertAllocatesNothing(await measure((servers[0].address() as AddressInfo).port));
  });

  test(
    "TCP with receive timestamps: read, write, wait",
    { ...options, skip: !tellsReceiveTimes },
    async () => {
      assertAllocatesNothing(await measure((servers[0].address() as AddressInfo).port, { timestamps: true }));
    },
  );

  test("TLS: read, write, wait", options, async () => {
    assertAllocatesNothing(await measure((servers[1].address() as AddressInfo).port, { ca }));
  });
});
