import { Buffer } from "node:buffer";
import type { CloseInfo, WebSocketError, WebSocketEvent } from "../../mod.ts";
import { scenarios, type Visit } from "./scenarios.ts";
import { isSame, type Message, messagesOf, type Tally } from "./traffic.ts";

/** What a conversation does with its client, whatever that is. */
export interface Link {
  /** Sends; `false`: not now more, until {@linkcode Conversation.onReady}. */
  send(message: Message): boolean;
  ping(data: Uint8Array): void;
  close(code?: number): void;
  forceQuit(): void;
  abort(): void;
}

/** What a callback throws on purpose. */
export const THROWN = new Error("thrown on purpose");
/** Echoes under way at a time. */
const WINDOW = 3;

/** The client's part of a visit: it sends what the scenario says and holds what comes against what was to come. */
export class Conversation {
  readonly sent: Tally = { messages: 0, bytes: 0 };
  readonly received: Tally = { messages: 0, bytes: 0 };
  /** What was not as it should be. */
  readonly faults: string[] = [];

  readonly #visit: Visit;
  readonly #up: readonly Message[];
  readonly #expected: readonly Message[];
  readonly #ends: string[] = [];
  #pings = 0;
  #pongs = 0;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#up = messagesOf(-visit.seed, visit.count);
    this.#expected = visit.scenario === "echo" ? this.#up : messagesOf(visit.seed, visit.count);
  }

  /** How it ended, in the words of {@linkcode Scenario.end}. */
  get end(): string {
    return this.#ends.length > 1 && this.#ends.at(-1) === "quit"
      ? this.#ends.slice(0, -1).join(", ")
      : this.#ends.join(", ");
  }

  onActivated(link: Link): void {
    switch (this.#visit.scenario) {
      case "echo":
        for (let count = 0; count < WINDOW; count++) this.#sendNext(link);
        break;
      case "sink":
        this.onReady(link);
        break;
      case "unanswered":
        link.close();
    }
  }

  /** There is room again. */
  onReady(link: Link): void {
    if (this.#visit.scenario === "sink") { while (this.#sendNext(link)); }
  }

  onMessage(link: Link, binary: boolean, data: Uint8Array | string): void {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    const message = this.#expected[this.received.messages++];
    this.received.bytes += bytes.length;
    const { scenario, seed, count } = this.#visit;
    if (scenario !== "tooLarge" && !isSame(message, binary, bytes)) {
      this.#fault(`message ${this.received.messages} of ${bytes.length} bytes, seed ${seed}`);
    }
    switch (scenario) {
      case "echo":
        if (this.received.messages === count) link.close();
        else this.#sendNext(link);
        break;
      case "forceQuit":
        return link.forceQuit();
      case "aborted":
        return link.abort();
      case "thrown":
        throw THROWN;
    }
  }

  onPong(): void {
    this.#pongs++;
  }

  onEvent(link: Link, event: WebSocketEvent): void {
    switch (event.type) {
      case "activated":
        return this.onActivated(link);
      case "text":
      case "binary":
        return this.onMessage(link, event.type === "binary", event.data);
      case "pong":
        return this.onPong();
      case "closed":
        return this.onClosed(event.close);
      case "error":
        return this.onError(event.error);
      case "quit":
        return this.onQuit();
    }
  }

  onClosed({ code, wasClean }: CloseInfo): void {
    this.#ends.push(`closed ${code}`);
    if (wasClean !== (code !== 1006)) this.#fault(`closed ${code}, ${wasClean ? "clean" : "not clean"}`);
    if (this.#pongs !== this.#pings) this.#fault(`${this.#pings} pings and ${this.#pongs} pongs`);
  }

  onError(error: WebSocketError): void {
    this.#ends.push(describe("error", error));
  }

  onQuit(): void {
    this.#ends.push("quit");
    this.#checkComplete();
  }

  onThrown(): void {
    this.#ends.unshift("thrown");
  }

  onDisposed(): void {
    this.#ends.push("disposed");
  }

  onRefused(error: unknown): void {
    this.#ends.push(describe("refused", error as WebSocketError));
  }

  /** Answers whether more can be sent now. */
  #sendNext(link: Link): boolean {
    const message = this.#up[this.sent.messages];
    if (message === undefined) return false;
    this.sent.messages++;
    this.sent.bytes += message.bytes.length;
    if (this.#visit.scenario === "echo") {
      this.#pings++;
      link.ping(message.bytes.subarray(0, Math.min(125, message.bytes.length)));
    }
    return link.send(message);
  }

  #checkComplete(): void {
    const { scenario, count } = this.#visit;
    const receives = scenario === "echo" || scenario === "pour" || scenario === "pourSlowly";
    if (scenarios[scenario].complete === true && receives && this.received.messages !== count) {
      this.#fault(`${this.received.messages} of ${count} messages`);
    }
  }

  #fault(what: string): void {
    this.faults.push(`${this.#visit.scenario}: ${what}`);
  }
}

function describe(what: string, { code, phase, message }: WebSocketError): string {
  return `${what} ${code ?? message}${phase === undefined ? "" : ` ${phase}`}`;
}
