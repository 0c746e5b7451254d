import type { Payload } from "../core/payload.ts";
import { describeLink } from "./describe.ts";
import type { Link } from "./link.ts";
import type { Measuring, Surroundings } from "./measurement.ts";
import type { OptionValues } from "./option_values.ts";
import { RunningLine } from "./running_line.ts";
import { Times } from "./times.ts";
import { timesText } from "./times_text.ts";
import { UsageError } from "./usage_error.ts";

/** How to measure; durations in milliseconds, sizes in bytes. */
export interface BenchOptions {
  readonly count: number;
  readonly duration: number;
  readonly size: number;
  readonly inFlight: number;
  /** How long an echo may take. */
  readonly wait: number;
}

/** Bytes: half of what may wait to be sent. */
const MOST_IN_FLIGHT = 32 << 20;

/** What says how to measure. Everything is bounded: it loads somebody's server. */
export function benchOptions(values: OptionValues): BenchOptions {
  const size = values.bytes("size", { least: 8, most: 2 ** 20 }) ?? 64;
  const inFlight = values.integer("in-flight", { most: 4096 }) ?? 64;
  if (size * inFlight > MOST_IN_FLIGHT) {
    throw new UsageError(
      `--size times --in-flight is ${size * inFlight}, allowed: ${MOST_IN_FLIGHT} bytes at most`,
    );
  }
  return {
    count: values.integer("count") ?? Infinity,
    duration: values.seconds("duration", { least: 0.01, most: 60 }) ?? 3_000,
    size,
    inFlight,
    wait: values.seconds("wait", { least: 0.001 }) ?? 5_000,
  };
}

/** One at a time, then many: each message is sent again when its echo has come. */
export class BenchRun implements Measuring {
  readonly #options: BenchOptions;
  readonly #surroundings: Surroundings;
  readonly #line: RunningLine;
  readonly #message: Uint8Array<ArrayBuffer>;
  readonly #number: DataView;
  readonly #times = new Times();
  #link: Link | undefined;
  #part: "latency" | "throughput" = "latency";
  #startedAt = 0;
  #endsAt = 0;
  #sentAt = 0;
  #sent = 0;
  /** Echoes of this part. */
  #echoes = 0;
  #expected = 0;
  #lastEchoAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  #failure: string | undefined;
  #throughput: string | undefined;

  constructor(options: BenchOptions, surroundings: Surroundings) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#line = new RunningLine(surroundings.system);
    this.#message = new Uint8Array(options.size).fill(0x2e);
    this.#number = new DataView(this.#message.buffer);
  }

  begin(link: Link): void {
    this.#link = link;
    this.#surroundings.console.note(describeLink(link));
  }

  onActivated(): void {
    this.#watch();
    this.#start();
    this.#send();
  }

  onTextMessage(): void {
    this.#fail("the server sent a text message: it is not an echo server");
  }

  onBinaryMessage(_: undefined, message: Payload): void {
    if (this.#isOver) return;
    const now = performance.now();
    if (!this.#isExpected(message)) return this.#fail("the server sent something else than an echo");
    this.#echoes++;
    this.#lastEchoAt = now;
    if (this.#part === "latency") this.#times.record(now - this.#sentAt);
    const isEnough = now >= this.#endsAt || this.#sent >= this.#options.count;
    if (!isEnough) return this.#send();
    if (this.#echoes < this.#sent) return;
    if (this.#part === "throughput") return this.#finish();
    this.#part = "throughput";
    this.#start();
    // Not in one write: a server is to see messages, as it would from many clients.
    for (let left = Math.min(this.#options.inFlight, this.#options.count); left > 0; left--) this.#send();
  }

  get isDone(): boolean {
    return this.#throughput !== undefined;
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  report(): boolean {
    const { system, console } = this.#surroundings;
    const { size, inFlight } = this.#options;
    this.#line.clear();
    if (this.#times.count > 0) {
      this.#line.print(
        `one message of ${size} bytes at a time, ${this.#times.count.toLocaleString("en")} echoes:`,
      );
      this.#line.print(timesText(this.#times, console.style, system.columns()));
    }
    if (this.#throughput !== undefined) {
      this.#line.print(`${inFlight} under way: ${console.style("bold", this.#throughput)}`);
    }
    if (this.#failure !== undefined) console.error(this.#failure);
    return this.#failure === undefined;
  }

  #start(): void {
    this.#startedAt = this.#lastEchoAt = performance.now();
    this.#endsAt = this.#startedAt + this.#options.duration;
    this.#echoes = this.#sent = 0;
    this.#expected = 0;
  }

  #send(): void {
    this.#number.setUint32(0, this.#sent++);
    this.#sentAt = performance.now();
    this.#link!.send({ type: "binary", data: this.#message });
  }

  #isExpected({ byteLength, bytes }: Payload): boolean {
    if (byteLength !== this.#message.length) return false;
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === this.#expected++;
  }

  /** Looks now and then whether echoes come at all. */
  #watch(): void {
    const { wait } = this.#options;
    this.#timer = setTimeout(() => {
      if (performance.now() - this.#lastEchoAt >= wait) {
        return this.#fail(`no echo within ${wait / 1000} s: is it an echo server?`);
      }
      this.#line.update(() => `${this.#part}: ${this.#echoes.toLocaleString("en")} echoes`);
      this.#watch();
    }, Math.min(wait, 200));
  }

  #finish(): void {
    const seconds = (this.#lastEchoAt - this.#startedAt) / 1000;
    const rate = this.#echoes / seconds;
    const megabytes = rate * this.#options.size / 1e6;
    this.#throughput = `${Math.round(rate).toLocaleString("en")} messages/s, ${
      megabytes.toFixed(1)
    } MB/s each way`;
    this.stop();
    this.#link!.close();
  }

  #fail(what: string): void {
    if (this.#isOver) return;
    this.#failure = what;
    this.stop();
    this.#link!.close();
  }
}
