import type { System } from "./system.ts";

/** Milliseconds between two states of the line. */
const PAUSE = 100;

/** A line at the bottom of a terminal that is written anew; where the output is no terminal, nothing. */
export class RunningLine {
  readonly #system: System;
  #text = "";
  #shownAt = -Infinity;

  constructor(system: System) {
    this.#system = system;
  }

  /** Shows something in place of what there was, unless that was shown a moment ago. */
  update(text: () => string): void {
    if (!this.#system.isOutputTerminal) return;
    const now = performance.now();
    if (now - this.#shownAt < PAUSE) return;
    this.#shownAt = now;
    this.#text = text().slice(0, this.#system.columns() - 1);
    this.#system.output.write(`\r\x1b[K${this.#text}`);
  }

  /** Writes lines above. */
  print(text: string): void {
    if (this.#text === "") return void this.#system.output.write(`${text}\n`);
    this.#system.output.write(`\r\x1b[K${text}\n${this.#text}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#text !== "") this.#system.output.write("\r\x1b[K");
    this.#text = "";
    this.#shownAt = -Infinity;
  }
}
