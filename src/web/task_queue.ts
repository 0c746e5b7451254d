import { setImmediate } from "node:timers";

/**
 * What HTML calls a task source: tasks in order, and everything that one task set going by promises is done before
 * the next begins. So who awaits an event and then sets the handler for the next one misses none.
 */
export class TaskQueue {
  readonly #waiting: (() => void)[] = [];
  /** Turns of the event loop that have been asked for and have not come. */
  #turns = 0;

  /** How many tasks wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Runs `task` now if the event loop has turned since the last one, else behind those that wait. */
  run(task: () => void): void {
    if (this.#turns > 0) return this.post(task);
    this.#askForTurn();
    task();
  }

  /** Runs `task` in a turn of its own, never before this returns. */
  post(task: () => void): void {
    this.#waiting.push(task);
    this.#askForTurn();
  }

  #askForTurn(): void {
    this.#turns++;
    setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#turns--;
    this.#waiting.shift()?.();
  };
}
