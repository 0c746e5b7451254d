import type { Payload } from "../core/payload.ts";
import { describeLink } from "./describe.ts";
import type { Link } from "./link.ts";
import type { Measuring, Surroundings } from "./measurement.ts";
import type { OptionValues } from "./option_values.ts";
import { RunningLine } from "./running_line.ts";
import { shownUrl } from "./target_url.ts";
import { digits, milliseconds, Times } from "./times.ts";
import { timesText } from "./times_text.ts";

/** How to ping; durations in milliseconds. */
export interface PingOptions {
  readonly count: number;
  /** 0: the next ping follows the answer. */
  readonly interval: number;
  /** How long an answer may take. */
  readonly wait: number;
}

/** What says how to ping. */
export function pingOptions(values: OptionValues): PingOptions {
  return {
    count: values.integer("count") ?? Infinity,
    interval: values.seconds("interval") ?? 1_000,
    wait: values.seconds("wait", { least: 0.001 }) ?? 5_000,
  };
}

/** Milliseconds; pings that come faster are not told one by one. */
const READABLE = 50;

/** Sends pings, and tells how long each took and what they add up to. */
export class PingRun implements Measuring {
  readonly #options: PingOptions;
  readonly #surroundings: Surroundings;
  readonly #line: RunningLine;
  readonly #times = new Times();
  /** When each ping was sent that has not been answered, by its number. */
  readonly #waiting = new Map<number, number>();
  #link: Link | undefined;
  #sent = 0;
  #unanswered = 0;
  #startedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(options: PingOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#line = new RunningLine(surroundings.system);
  }

  begin(link: Link): void {
    this.#link = link;
    this.#surroundings.console.note(describeLink(link));
    this.#startedAt = performance.now();
  }

  onActivated(): void {
    this.#next();
  }

  onPong(_: undefined, payload: Payload): void {
    const now = performance.now();
    const number = payload.byteLength === 4 ? numberOf(payload.bytes) : -1;
    const sentAt = this.#waiting.get(number);
    if (sentAt === undefined || this.#isStopped) return;
    const time = now - sentAt;
    this.#times.record(time);
    this.#overtaken(number);
    const { interval } = this.#options;
    if (interval >= READABLE) {
      this.#line.print(`pong ${number}: ${this.#surroundings.console.style("bold", milliseconds(time))}`);
    }
    this.#line.update(() => this.#state());
    if (interval === 0 || this.#isLast) this.#next();
  }

  get isDone(): boolean {
    return this.#isLast || this.#options.count === Infinity;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  report(): boolean {
    const { console, system } = this.#surroundings;
    this.#line.clear();
    // Who stops early has not waited for the last ones.
    const unanswered = this.#unanswered;
    const answered = this.#times.count;
    const total = answered + unanswered;
    const lost = total === 0 ? 0 : unanswered / total * 100;
    this.#line.print(`--- ${shownUrl(this.#link!.url)} ---`);
    this.#line.print(`${total} pings, ${answered} answered, ${digitsOf(lost)} % lost`);
    if (answered > 0) this.#line.print(timesText(this.#times, console.style, system.columns()));
    return unanswered === 0 && (answered > 0 || total === 0);
  }

  get #isLast(): boolean {
    return this.#sent >= this.#options.count;
  }

  /** Sends the next ping, or ends when there is none and nothing to wait for. */
  #next(): void {
    clearTimeout(this.#timer);
    // The server has said goodbye, and is waited for.
    if (this.#link!.state !== "open") return;
    this.#expire();
    if (this.#isLast) return this.#waitForLast();
    const now = performance.now();
    this.#waiting.set(++this.#sent, now);
    this.#link!.send({ type: "ping", data: bytesOf(this.#sent) });
    const { interval, wait } = this.#options;
    // From the beginning, so that delays do not add up.
    const delay = interval === 0 ? wait : this.#startedAt + this.#sent * interval - now;
    this.#timer = setTimeout(() => this.#next(), Math.max(delay, 0));
  }

  #waitForLast(): void {
    const [oldest] = this.#waiting.values();
    if (oldest === undefined) {
      this.stop();
      return this.#link!.close();
    }
    this.#timer = setTimeout(
      () => this.#next(),
      Math.max(oldest + this.#options.wait - performance.now(), 0) + 1,
    );
  }

  /** RFC 6455 §5.5.3: a server may answer only the latest ping, and then no earlier one will be answered. */
  #overtaken(number: number): void {
    for (const earlier of this.#waiting.keys()) {
      if (earlier > number) break;
      this.#waiting.delete(earlier);
      if (earlier !== number) this.#unanswered++;
    }
  }

  #expire(): void {
    const limit = performance.now() - this.#options.wait;
    for (const [number, sentAt] of this.#waiting) {
      if (sentAt > limit) break;
      this.#waiting.delete(number);
      this.#unanswered++;
      this.#line.print(this.#surroundings.console.style("red", `pong ${number}: none came`));
    }
  }

  #state(): string {
    const { min, mean, max } = this.#times.summary();
    return `${this.#sent} sent, ${this.#times.count} answered; ms: min ${digits(min)}, mean ${
      digits(mean)
    }, ` +
      `max ${digits(max)}`;
  }
}

function digitsOf(percent: number): string {
  return percent === 0 || percent === 100 ? String(percent) : percent.toFixed(1);
}

function bytesOf(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
}
