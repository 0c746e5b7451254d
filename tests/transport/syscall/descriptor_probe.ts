/**
 * Prints, for each way to connect and to fail, how many more descriptors are open after it than before, as JSON:
 * `descriptor_probe.ts INPUT`. A process of its own, which opens nothing else meanwhile.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { connectPolledAlongside } from "../../../src/transport/syscall/connect_polled.ts";
import { WakeUp } from "../../../src/transport/syscall/wake_up.ts";
import { connectTo, contextFor, readToEnd } from "./far_end.ts";
import { FullListener } from "./full_listener.ts";

/** What the probe is told. */
export interface DescriptorProbeInput {
  readonly ports: Readonly<Record<string, number>>;
  readonly ca: string;
  readonly socketPath: string;
  /** Nobody listens there. */
  readonly unused: number;
}

const { ports, ca, socketPath, unused }: DescriptorProbeInput = JSON.parse(process.argv[2]);
const tls = { caCerts: ca };
const full = new FullListener();

function fails(work: () => unknown): void {
  let failed = false;
  try {
    work();
  } catch {
    failed = true;
  }
  if (!failed) throw new Error(`no failure: ${work}`);
}

const ways: Record<string, () => unknown> = {
  "a thousand connections": () => {
    for (let i = 0; i < 1000; i++) connectTo({ port: ports.silent }).close();
  },
  "connections to a name": () => connectTo({ host: "localhost", port: ports.silent }).close(),
  "TLS": () => {
    for (let i = 0; i < 100; i++) connectTo({ host: "localhost", port: ports.server, tls }).close();
  },
  "Unix sockets": () => connectTo({ socketPath }).close(),
  "wake-ups": () => new WakeUp().close(),
  "refused": () => fails(() => connectTo({ port: unused })),
  "refused, a name": () => fails(() => connectTo({ host: "localhost", port: unused })),
  "no such name": () => fails(() => connectTo({ host: "nothing.invalid", port: 80 })),
  "no such Unix socket": () => fails(() => connectTo({ socketPath: `${socketPath}.missing` })),
  "late in lookup": () => fails(() => connectTo({ host: "localhost", port: unused }, contextFor(-1))),
  "late in tcp": () => fails(() => connectTo({ port: full.port }, contextFor(10))),
  "late in tls": () => fails(() => connectTo({ port: ports.silent, tls }, contextFor(10))),
  "an option that is refused": () => fails(() => connectTo({ port: ports.echo, socket: { ttl: 4711 } })),
  "no OpenSSL settings": () => fails(() => connectTo({ port: ports.server, tls: { alpnProtocols: [""] } })),
  "another's certificate": () => fails(() => connectTo({ port: ports.wrongHost, tls })),
  "no TLS at the peer": () => fails(() => connectTo({ port: ports.farewell, tls })),
  "reset in the handshake": () => fails(() => connectTo({ port: ports.reset, tls })),
  "a callback that throws": () => {
    for (const phase of ["lookup", "tcp", "tls"]) {
      const context = contextFor(1000, (entered) => {
        if (entered === phase) throw new Error(phase);
      });
      fails(() => connectTo({ host: "localhost", port: ports.server, tls }, context));
    }
  },
  "a connection that ended": () => {
    const stream = connectTo({ port: ports.farewell });
    readToEnd(stream);
    stream.close();
  },
  "aborted": async () => {
    const controller = new AbortController();
    const target = { host: "127.0.0.1", port: full.port, tls: undefined, socket: {} };
    const done = connectPolledAlongside(target, { ...contextFor(), signal: controller.signal });
    controller.abort();
    await done.catch(() => {});
  },
};

function openDescriptors(): number {
  return readdirSync(process.platform === "linux" ? "/proc/self/fd" : "/dev/fd").length;
}

/** How many more descriptors there are after it than before. */
async function growth(way: () => unknown): Promise<number> {
  const before = openDescriptors();
  await way();
  return openDescriptors() - before;
}

// What libraries keep open for themselves is open from here on.
for (const way of Object.values(ways).slice(1)) await way();
const leaked: Record<string, number> = {};
// Deno opens a pair of sockets for itself once, in the first turn of its event loop after a second or so.
let mayRepeat = true;
for (const [name, way] of Object.entries(ways)) {
  leaked[name] = await growth(way);
  if (leaked[name] === 0 || !mayRepeat) continue;
  mayRepeat = false;
  leaked[name] = await growth(way);
}
full.close();
console.log(JSON.stringify(leaked));
process.exit(0);
