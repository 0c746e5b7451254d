import process from "node:process";

/** Keeps this process below a share of one core, on the average: by waiting between pieces of work. */
export class Duty {
  readonly #share: number;
  readonly #startedAt = performance.now();
  readonly #before = cpuMs();

  /** 1: no limit. */
  constructor(share: number) {
    this.#share = share;
  }

  /** The share used so far. */
  get used(): number {
    return (cpuMs() - this.#before) / (performance.now() - this.#startedAt);
  }

  /** Waits until more may be used. */
  async wait(): Promise<void> {
    while (this.#share < 1 && this.used > this.#share) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Milliseconds of processor time that all threads of this process have taken. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
