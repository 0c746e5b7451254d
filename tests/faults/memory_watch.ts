import process from "node:process";

const MIB = 1024 * 1024;

/** How much more memory the process takes while something goes on. */
export class MemoryWatch {
  readonly #before = process.memoryUsage().rss;
  #most = this.#before;
  readonly #timer = setInterval(() => this.look(), 20);

  /** Looks at it now. */
  look(): void {
    this.#most = Math.max(this.#most, process.memoryUsage().rss);
  }

  /** MiB at most, above what it was at the beginning. */
  stop(): number {
    clearInterval(this.#timer);
    this.look();
    return (this.#most - this.#before) / MIB;
  }
}
