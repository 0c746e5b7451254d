import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from "node:readline";
import type { System } from "./system.ts";

/** What a {@linkcode Prompt} tells. */
export interface PromptEvents {
  onLine(line: string): void;
  /** Ctrl-C. */
  onInterrupt(): void;
  /** Ctrl-D on an empty line, or the terminal is gone. */
  onEnd(): void;
  /** For the Tab key: what the beginning of a line may become. */
  complete(line: string): readonly string[];
}

/** How a {@linkcode Prompt} looks, and what it remembers. */
export interface PromptOptions {
  readonly text: string;
  /** Lines typed before, the latest first. */
  readonly history: readonly string[];
}

/** Lines remembered. */
const HISTORY_SIZE = 1000;

/** A line at the bottom of a terminal to type into, with what is printed above it. */
export class Prompt {
  readonly #system: System;
  readonly #lines: Interface;
  #history: readonly string[];
  #isClosed = false;

  constructor(system: System, events: PromptEvents, { text, history }: PromptOptions) {
    this.#system = system;
    this.#history = history;
    this.#lines = createInterface({
      input: system.input,
      output: system.output,
      terminal: true,
      prompt: text,
      history: [...history],
      historySize: HISTORY_SIZE,
      removeHistoryDuplicates: true,
      completer: (line: string) => [events.complete(line), line],
    });
    this.#lines.on("line", (line) => {
      this.#remember(line);
      events.onLine(line);
      if (!this.#isClosed) this.#lines.prompt();
    });
    this.#lines.on("SIGINT", () => events.onInterrupt());
    this.#lines.on("close", () => {
      if (!this.#isClosed) events.onEnd();
    });
  }

  /** Lines typed so far, the latest first. */
  get history(): readonly string[] {
    return this.#history;
  }

  /** Shows itself, and what has been typed. */
  show(): void {
    if (!this.#isClosed) this.#lines.prompt(true);
  }

  /** Prints lines above. Answers whether the terminal keeps up. */
  print(text: string): boolean {
    const { output } = this.#system;
    if (this.#isClosed) return output.write(`${text}\n`);
    const { rows } = this.#lines.getCursorPos();
    moveCursor(output, 0, -rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    const keepsUp = output.write(`${text}\n`);
    // To show itself again, readline would go up by the rows that it believes to be above the cursor. It is wrong after a
    // paste that wraps, and here there are none.
    (this.#lines as { prevRows?: number }).prevRows = 0;
    this.#lines.prompt(true);
    return keepsUp;
  }

  /** Gives the terminal back; what was being typed is taken away. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { output } = this.#system;
    cursorTo(output, 0);
    clearScreenDown(output);
    this.#lines.close();
  }

  #remember(line: string): void {
    if (line.trim() === "") return;
    this.#history = [line, ...this.#history.filter((other) => other !== line)].slice(0, HISTORY_SIZE);
  }
}
