import type { Writable } from "node:stream";
import type { Logger } from "../driver/logger.ts";
import type { Manner } from "./session_options.ts";
import { type Style, styleFor } from "./style.ts";
import type { System } from "./system.ts";
import { visible, visibleLine } from "./visible.ts";

/** What the command says beside messages: notes and errors, on the error output, one line each. */
export class Console {
  /** For the output. */
  readonly style: Style;
  /** Where notes go: a prompt puts them above itself. */
  write: (line: string) => void;

  readonly #manner: Manner;
  readonly #errorStyle: Style;

  constructor(system: System, manner: Manner) {
    const { noColor } = system;
    this.style = styleFor(manner.color, { isTerminal: system.isOutputTerminal, noColor });
    this.#errorStyle = styleFor(manner.color, { isTerminal: system.isErrorTerminal, noColor });
    this.#manner = manner;
    this.write = (line) => void system.errors.write(`${line}\n`);
  }

  /** Something that is good to know. */
  note(text: string): void {
    if (!this.#manner.quiet) this.write(this.#errorStyle("dim", visibleLine(text)));
  }

  /** Something that went wrong. */
  error(text: string): void {
    this.write(`${this.#errorStyle("red", "websocket:")} ${visible(text)}`);
  }

  /** Takes the library's log lines, with --verbose. */
  get logger(): Logger | undefined {
    if (!this.#manner.verbose) return undefined;
    const log = (text: string): void => this.write(this.#errorStyle("dim", visibleLine(text)));
    return { debug: log, info: log, warn: log, error: log };
  }
}

/** Resolves when everything that was written has left, or cannot leave any more. */
export function flushed(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("error", done);
      resolve();
    };
    stream.once("error", done);
    stream.write("", done);
  });
}
