import { after, before, test } from "node:test";
import process from "node:process";
import { assertEquals } from "@std/assert";
import { IoThread } from "../../mod.ts";
import { bounded } from "./bounded.ts";
import type { ConformanceCase } from "./case.ts";
import { appliesTo, cellName, type Column, columnsOf, currentRuntime } from "./columns.ts";
import { deliveriesOf, deliveryLabel } from "./delivery.ts";
import type { Recording } from "./recorder.ts";
import { ServerThread } from "./server_thread.ts";
import { type SuiteName, suites } from "./suites.ts";

/** Set `CONFORMANCE_SEED` for other random splits. */
const seed = Number(process.env.CONFORMANCE_SEED ?? 1);

const LIMIT = 4000;

/** Declares a test for every case of a suite in every column: the server's bytes travel in every way. */
export function runSuite(name: SuiteName): void {
  let server: ServerThread;
  let thread: IoThread;
  before(async () => {
    server = new ServerThread();
    thread = new IoThread();
    await server.ready();
  });
  after(async () => {
    await thread.close();
    await server.stop();
  });

  const cases: readonly ConformanceCase[] = suites[name];
  for (const column of columnsOf(currentRuntime())) {
    cases.forEach((subject, index) => {
      if (!appliesTo(subject, column)) return;
      test(cellName(subject, column), async () => {
        const deliveries = deliveriesOf(subject, seed + index);
        const { urls, ca } = await server.start({ suite: name, index, deliveries });
        const recordings = await runEach(urls, { subject, column, ca, thread });
        const served = await server.finish();
        const allowed = subject.server === undefined ? 0 : subject.connections ?? subject.repeat ?? 1;
        assertEquals<unknown>(
          byDelivery((at) => ({
            recordings: recordings[at],
            served: served[at].error,
            superfluous: Math.max(0, served[at].connections - allowed),
          })),
          byDelivery(() => ({
            recordings: Array.from({ length: subject.repeat ?? 1 }, () => subject.expected),
            served: undefined,
            superfluous: 0,
          })),
        );

        function byDelivery(value: (at: number) => unknown): Record<string, unknown> {
          return Object.fromEntries(deliveries.map((delivery, at) => [deliveryLabel(delivery), value(at)]));
        }
      });
    });
  }
}

/** What a case is run with. */
interface Run {
  readonly subject: ConformanceCase;
  readonly column: Column;
  readonly ca: string | undefined;
  /** Hosts the connections of the styles that have their socket on another thread. */
  readonly thread: IoThread;
}

/** Runs a case against each of these servers, at once where the style can. */
async function runEach(urls: readonly string[], run: Run): Promise<(Recording[] | string)[]> {
  const results = urls.map((url) => () => runCase(url, run).catch(String));
  if (run.column.concurrent) return await Promise.all(results.map((result) => result()));
  const told: (Recording[] | string)[] = [];
  for (const result of results) told.push(await result());
  return told;
}

async function runCase(url: string, { subject, column, ca, thread }: Run): Promise<Recording[]> {
  const tls = ca === undefined ? undefined : { caCerts: ca };
  const { transport } = column;
  const options = { ...subject.options, thread, transport, tls: { ...tls, ...subject.options?.tls } };
  const recordings: Recording[] = [];
  while (recordings.length < (subject.repeat ?? 1)) {
    const run = async () => await column.run(subject, subject.url?.(url) ?? url, options);
    recordings.push(await bounded(run(), LIMIT, "the client to finish"));
  }
  return recordings;
}
