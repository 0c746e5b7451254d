const GREETING = "Hello, wörld";
const WARM_UPS = 500;
const ROUND_TRIPS = 2_000;
const LARGE = 1 << 20;

/** What the demo says over one connection, whatever the client: a greeting, many round trips, a large message. */
export class DemoSession {
  readonly #small = new Uint8Array(64).map((_, index) => index);
  readonly #large = new Uint8Array(LARGE).map((_, index) => index * 31 >> 3);
  readonly #times: number[] = [];
  #trips = 0;
  #sentAt = 0;
  #largeCame = false;

  /** The first message. */
  begin(): string {
    return GREETING;
  }

  /** Checks an echo, and answers what to send next; `undefined` when all has been said. */
  next(echo: string | Uint8Array): Uint8Array | undefined {
    const now = performance.now();
    if (typeof echo === "string") {
      if (echo !== GREETING) throw new Error(`expected ${GREETING}, got ${echo}`);
    } else if (echo.length === LARGE) {
      check(echo, this.#large);
      this.#largeCame = true;
      return undefined;
    } else {
      check(echo, this.#small);
      if (this.#trips++ >= WARM_UPS) this.#times.push((now - this.#sentAt) * 1000);
      if (this.#times.length === ROUND_TRIPS) return this.#large;
    }
    this.#sentAt = performance.now();
    return this.#small;
  }

  /** What was done and measured; throws when not everything came back. */
  report(): { done: string; median: number; p99: number } {
    if (!this.#largeCame) throw new Error("the connection ended before everything had come back");
    const times = this.#times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(share * times.length)]!;
    const done = `"${GREETING}" came back, ${times.length} round trips, 1 MiB came back intact`;
    return { done, median: at(0.5), p99: at(0.99) };
  }
}

function check(echo: Uint8Array, sent: Uint8Array): void {
  if (echo.length !== sent.length || echo.some((byte, index) => byte !== sent[index])) {
    throw new Error(`${sent.length} bytes came back changed`);
  }
}
