import { Random } from "../../tests/channel/random.ts";
import { IoThread } from "../../mod.ts";
import { cpuMs, Duty } from "./duty.ts";
import { type Holdings, settledHoldings } from "./holdings.ts";
import { LoopDelay } from "./loop_delay.ts";
import type { SoakServerAddress } from "./server.ts";
import { Steady } from "./steady.ts";
import type { Tally } from "./traffic.ts";
import { type PlannedVisit, play, shuffledVisits } from "./visits.ts";
import { ways } from "./ways.ts";

/** How long and how much. */
export interface SoakSettings {
  readonly minutes: number;
  /** The share of one core that the process may use: above 0, at most 1. */
  readonly duty: number;
  readonly seed: number;
  /** Of all visits, only every so manieth: for a short run. */
  readonly every: number;
}

/** What a soak is given. */
export interface SoakParts extends SoakSettings {
  readonly server: SoakServerAddress;
  print(line: unknown): void;
}

/** The state at rest: no visit is under way, the steady connections are silent. */
export interface Sample extends Holdings {
  readonly minute: number;
  readonly visits: number;
  /** Milliseconds of processor time per visit since the sample before. */
  readonly cpuPerVisit: number;
  /** Milliseconds that the event loop was late since the sample before: median, 99th percentile, longest. */
  readonly loopDelay: readonly number[];
}

/** How a soak went. */
export interface SoakResult {
  readonly seed: number;
  readonly visits: number;
  readonly rounds: number;
  readonly sent: Tally;
  readonly received: Tally;
  /** Echoes of the connections that lived from the beginning to the end. */
  readonly steadyEchoes: number;
  readonly duty: number;
  readonly samples: readonly Sample[];
  readonly faults: readonly string[];
}

/** Visits at the same time, of those that leave the event loop alone. */
const AT_ONCE = 4;
const MINUTE = 60_000;
/** Visits between two bursts on the steady connections, and messages in one. */
const BEAT_EVERY = 4;
const MOST_IN_BEAT = 16;
const MOST_FAULTS = 50;
const SAMPLES = 30;
/** Minutes: a sample takes half a second. */
const SHORTEST_INTERVAL = 0.1;

/** Visits without a pause to a server, for a time, and steady connections beside them. */
export class Soak {
  readonly #parts: SoakParts;
  readonly #random: Random;
  readonly #duty: Duty;
  readonly #delay = new LoopDelay();
  #startedAt = 0;
  readonly #sent: Tally = { messages: 0, bytes: 0 };
  readonly #received: Tally = { messages: 0, bytes: 0 };
  readonly #faults: string[] = [];
  readonly #samples: Sample[] = [];
  /** The thread that visits share. */
  #thread = new IoThread();
  #steady: readonly Steady[] = [];
  #visits = 0;
  #rounds = 0;
  #underWay: Promise<void>[] = [];
  #sampledCpu = cpuMs();
  #sampledVisits = 0;

  constructor(parts: SoakParts) {
    this.#parts = parts;
    this.#random = new Random(parts.seed);
    this.#duty = new Duty(parts.duty);
  }

  async run(): Promise<SoakResult> {
    this.#steady = await this.#openSteady();
    this.#startedAt = performance.now();
    const { minutes } = this.#parts;
    // The first sample comes when everything has been done once: what is made on the first use is there by then.
    const interval = Math.max(minutes / SAMPLES, SHORTEST_INTERVAL);
    let next = minutes / 6;
    while (!this.#isOver) {
      await this.#round(async () => {
        if (this.#minute < next || (this.#rounds === 0 && this.#minute < minutes / 2)) return;
        await this.#sample();
        next = this.#minute + interval;
      });
      this.#rounds++;
    }
    await this.#sample();
    return await this.#end();
  }

  /** The time is over, and everything has been done once. */
  get #isOver(): boolean {
    const { minutes } = this.#parts;
    return this.#minute >= minutes && this.#rounds > 0 || this.#faults.length > MOST_FAULTS;
  }

  get #minute(): number {
    return (performance.now() - this.#startedAt) / MINUTE;
  }

  async #round(between: () => Promise<void>): Promise<void> {
    const { every } = this.#parts;
    const visits = shuffledVisits(this.#random).filter((_, index) => index % every === 0);
    for (const visit of visits) {
      if (this.#isOver) break;
      await this.#duty.wait();
      if (visit.way.blocks || this.#underWay.length === AT_ONCE) await this.#allOver();
      if (visit.way.blocks) this.#delay.excuse();
      const played = this.#play(visit);
      this.#underWay.push(played);
      if (visit.way.blocks) await this.#allOver();
      if (++this.#visits % BEAT_EVERY === 0) await this.#beat();
      await between();
    }
    await this.#allOver();
  }

  async #allOver(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#underWay = [];
  }

  async #play(visit: PlannedVisit): Promise<void> {
    const { server } = this.#parts;
    const seed = 1 + this.#random.below(2 ** 30);
    const { faults, sent, received } = await play(visit, { seed, server, thread: this.#thread });
    this.#note(faults);
    add(this.#sent, sent);
    add(this.#received, received);
  }

  async #beat(): Promise<void> {
    const count = 1 + this.#random.below(MOST_IN_BEAT);
    this.#note(await Promise.all(this.#steady.map((steady) => steady.beat(count))));
  }

  #note(faults: readonly (string | undefined)[]): void {
    for (const fault of faults) {
      if (fault === undefined) continue;
      this.#faults.push(fault);
      this.#parts.print({ fault });
    }
  }

  async #sample(): Promise<void> {
    await this.#allOver();
    // What ended connections leave there is freed by a collection, which cannot be asked for from this thread.
    await this.#thread.close();
    this.#thread = new IoThread();
    const visits = this.#visits - this.#sampledVisits;
    const cpuPerVisit = (cpuMs() - this.#sampledCpu) / Math.max(1, visits);
    const loopDelay = this.#delay.take();
    this.#delay.excuse();
    const sample = {
      minute: this.#minute,
      visits: this.#visits,
      cpuPerVisit,
      loopDelay,
      ...await settledHoldings(),
    };
    this.#samples.push(sample);
    this.#parts.print({ sample });
    this.#delay.take();
    this.#sampledCpu = cpuMs();
    this.#sampledVisits = this.#visits;
  }

  #openSteady(): Promise<Steady[]> {
    const { server } = this.#parts;
    const own = ways[0]!.transport;
    const opening = ([own, "syscall"] as const).flatMap((transport) =>
      [false, true].flatMap((secure) => {
        const origin = secure ? `wss://127.0.0.1:${server.wss}` : `ws://127.0.0.1:${server.ws}`;
        const tls = secure && transport !== "deno" ? { caCerts: server.ca } : undefined;
        // Beside the event loop, system calls look for bytes a thousand times a second, if not told otherwise.
        const nonBlocking = transport === "syscall"
          ? { transport, tls, spinWaitDuration: 50 }
          : { transport, tls };
        return [
          Steady.nonBlocking(origin, this.#random.below(2 ** 30), nonBlocking),
          Steady.async(origin, this.#random.below(2 ** 30), { transport, tls, perMessageDeflate: true }),
        ];
      })
    );
    return Promise.all(opening);
  }

  async #end(): Promise<SoakResult> {
    this.#delay.stop();
    await this.#thread.close();
    this.#note(await Promise.all(this.#steady.map((steady) => steady.close())));
    const steadyEchoes = this.#steady.reduce((sum, { received }) => sum + received.messages, 0);
    for (const { sent, received } of this.#steady) {
      add(this.#sent, sent);
      add(this.#received, received);
    }
    return {
      seed: this.#parts.seed,
      visits: this.#visits,
      rounds: this.#rounds,
      sent: this.#sent,
      received: this.#received,
      steadyEchoes,
      duty: this.#duty.used,
      samples: this.#samples,
      faults: this.#faults,
    };
  }
}

function add(to: Tally, more: Tally): void {
  to.messages += more.messages;
  to.bytes += more.bytes;
}
