import type { Random } from "../../tests/channel/random.ts";
import type { AsyncOptions, IoThread } from "../../mod.ts";
import { Conversation } from "./conversation.ts";
import { pathOf, type ScenarioName, scenarios } from "./scenarios.ts";
import type { SoakServerAddress } from "./server.ts";
import type { Tally } from "./traffic.ts";
import { type Way, ways } from "./ways.ts";

/** A scenario, played in a way. */
export interface PlannedVisit {
  readonly scenario: ScenarioName;
  readonly way: Way;
  readonly secure: boolean;
}

/** How a visit went. */
export interface VisitResult {
  readonly name: string;
  readonly faults: readonly string[];
  /** Over visits that are complete. */
  readonly sent: Tally;
  readonly received: Tally;
}

/** A visit takes half a second at most; a machine that others use may need more. */
const LIMIT_MS = 30_000;
/** In each direction. */
const MESSAGES = 10;
const NOTHING: Tally = { messages: 0, bytes: 0 };

/** Every scenario in every way that it goes, in a random order. */
export function shuffledVisits(random: Random): PlannedVisit[] {
  const visits = (Object.keys(scenarios) as ScenarioName[]).flatMap((scenario) =>
    ways.flatMap((way) => [false, true].map((secure) => ({ scenario, way, secure })))
  ).filter(isPossible);
  for (let last = visits.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [visits[last], visits[other]] = [visits[other]!, visits[last]!];
  }
  return visits;
}

function isPossible({ scenario, way, secure }: PlannedVisit): boolean {
  const { needs } = scenarios[scenario];
  if (needs === "tls") return secure;
  if (needs === "eventLoop") return !way.blocks;
  return needs !== "callbacks" || way.callsBack;
}

/** Plays a visit to its end, or to the end of its time. */
export async function play(
  planned: PlannedVisit,
  { seed, server, thread }: {
    readonly seed: number;
    readonly server: SoakServerAddress;
    readonly thread: IoThread;
  },
): Promise<VisitResult> {
  const { scenario, way, secure } = planned;
  const { end, complete, readsSlowly = 0 } = scenarios[scenario];
  const visit = { scenario, seed, count: MESSAGES };
  const conversation = new Conversation(visit);
  const url = `${secure ? "wss" : "ws"}://127.0.0.1:${portOf(planned, server)}${pathOf(visit)}`;
  const talked = way.talk({
    url,
    options: optionsOf(planned, seed, server),
    conversation,
    readsSlowly,
    disposes: scenario === "disposed",
    thread,
  });
  const name = `${scenario}, ${way.name}, ${way.transport}, ${secure ? "wss" : "ws"}`;
  if (!await isOver(talked)) {
    return { name, faults: [`${name}: hangs after: ${conversation.end}`], sent: NOTHING, received: NOTHING };
  }
  const faults = conversation.faults.map((fault) => `${name}: ${fault}`);
  if (conversation.end !== end) faults.push(`${name}: ${conversation.end}, not ${end}`);
  const counts = complete === true;
  return {
    name,
    faults,
    sent: counts ? conversation.sent : NOTHING,
    received: counts ? conversation.received : NOTHING,
  };
}

function portOf({ scenario, secure }: PlannedVisit, server: SoakServerAddress): number {
  if (scenario === "nobody") return server.nobody;
  return secure && scenario !== "noTls" ? server.wss : server.ws;
}

function optionsOf(
  { scenario, way, secure }: PlannedVisit,
  seed: number,
  server: SoakServerAddress,
): AsyncOptions {
  const options = {
    ...scenarios[scenario].options,
    transport: way.transport,
    // Every other time.
    perMessageDeflate: seed % 2 === 0,
  };
  if (!secure) return options;
  // Deno's own TLS trusts what it was told when it was started.
  if (way.transport === "deno" && scenario !== "untrusted") return options;
  return { ...options, tls: { caCerts: scenario === "untrusted" ? server.otherCa : server.ca } };
}

async function isOver(work: void | Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), LIMIT_MS));
  const over = await Promise.race([Promise.resolve(work).then(() => true), late]);
  clearTimeout(timer);
  return over;
}
