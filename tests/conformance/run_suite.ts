import { after, before, test } from "node:test";
import process from "node:process";
import { assert, assertEquals } from "@std/assert";
import { IoThread } from "../../mod.ts";
import { bounded } from "./bounded.ts";
import type { ConformanceCase } from "./case.ts";
import { type Delivery, deliveryNames } from "./delivery.ts";
import type { Recording } from "./recorder.ts";
import { ServerThread } from "./server_thread.ts";
import { type Style, styles } from "./styles.ts";
import { type SuiteName, suites } from "./suites.ts";

/** Set `CONFORMANCE_SEED` for other random splits. */
const seed = Number(process.env.CONFORMANCE_SEED ?? 1);

const LIMIT = 4000;

/** Declares a test for every case of a suite, in every style, on every transport, delivered in every way. */
export function runSuite(name: SuiteName): void {
  let server: ServerThread;
  let thread: IoThread;
  before(() => {
    server = new ServerThread();
    thread = new IoThread();
  });
  after(async () => {
    await thread.close();
    await server.stop();
  });

  for (const style of styles) {
    for (const transport of style.transports) {
      const cases: readonly ConformanceCase[] = suites[name];
      // The bytes of every case have been cut in every way on this thread; another one changes nothing about that.
      const inEveryWay = transport === style.transports[0] && !style.traits.includes("remote");
      cases.forEach((subject, index) => {
        if (!appliesTo(subject, style)) return;
        for (const delivery of deliveriesOf(subject, index, inEveryWay)) {
          const splits = delivery.name === "random splits" ? `random splits, seed ${seed}` : delivery.name;
          test(`${subject.number} ${subject.name} (${style.name}, ${transport}, ${splits})`, async () => {
            const { url, ca } = await server.start({ suite: name, index, delivery });
            const recordings = await runCase(subject, { style, transport, url, ca, thread }).catch(String);
            const served = await server.finish();
            const wanted = Array.from({ length: subject.repeat ?? 1 }, () => subject.expected);
            assertEquals<unknown>({ recordings, error: served.error }, {
              recordings: wanted,
              error: undefined,
            });
            assert(served.connections <= (subject.server === undefined ? 0 : wanted.length), "connections");
          });
        }
      });
    }
  }
}

function appliesTo({ except = {}, handlesErrors }: ConformanceCase, { traits, hasHandler }: Style): boolean {
  // Where failures are events, there is no handler to lack an `onError`.
  if (handlesErrors === false && !hasHandler) return false;
  return !traits.some((trait) => except[trait] !== undefined);
}

/** Where and how to run a case. */
interface Run {
  readonly style: Style;
  readonly transport: Style["transports"][number];
  readonly url: string;
  readonly ca: string | undefined;
  /** Hosts the connections of the styles that have their socket on another thread. */
  readonly thread: IoThread;
}

async function runCase(
  subject: ConformanceCase,
  { style, transport, url, ca, thread }: Run,
): Promise<Recording[]> {
  const tls = ca === undefined ? undefined : { caCerts: ca };
  const options = { ...subject.options, thread, transport, tls: { ...tls, ...subject.options?.tls } };
  const recordings: Recording[] = [];
  while (recordings.length < (subject.repeat ?? 1)) {
    const run = async () => await style.run(subject, subject.url?.(url) ?? url, options);
    recordings.push(await bounded(run(), LIMIT, "the client to finish"));
  }
  return recordings;
}

/** On the runtime's own transport in every way, on others in one. */
function deliveriesOf(subject: ConformanceCase, index: number, all: boolean): Delivery[] {
  const names = subject.deliveries ?? deliveryNames;
  return (all ? names : names.slice(-1)).map((name) => ({ name, seed: seed + index }));
}
