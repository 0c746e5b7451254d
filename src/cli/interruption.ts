import { ExitCode } from "./exit_code.ts";
import type { EndSignal } from "./system.ts";

/** What is asked to end. */
export interface Endable {
  /** Gracefully. */
  close(): void;
  /** At once. */
  forceQuit(): void;
}

/** Ends something by signals: gracefully by the first, at once by the second. */
export class Interruption {
  /** The exit code, once there was a signal. */
  exitCode: number | undefined;

  readonly #target: Endable;
  #signals = 0;

  constructor(target: Endable) {
    this.#target = target;
  }

  /** A signal came, or its key was pressed. */
  onSignal(signal: EndSignal): void {
    this.exitCode = signal === "SIGTERM" ? ExitCode.Terminated : ExitCode.Interrupted;
    if (this.#signals++ === 0) this.#target.close();
    else this.#target.forceQuit();
  }

  /** Whether it was to end at once. */
  get isForced(): boolean {
    return this.#signals > 1;
  }
}
