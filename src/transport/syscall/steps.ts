/** A pause on the way to something that takes time. */
export interface Pause {
  /** When to go on at the latest, by `performance.now()`. */
  readonly until: number;
  /** Sleeps until there is something to do, or for so many milliseconds. Answers whether there is. */
  wait(timeoutMs: number): boolean;
}

/** Work that pauses: whoever runs it decides how to wait. Ended early, it lets go of what it has opened. */
export type Steps<Result> = Generator<Pause, Result, void>;

/** Runs to the end on this thread, which sleeps in the pauses. */
export function runBlocking<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    value.wait(value.until - performance.now());
  }
}

/** Milliseconds between two looks. */
const interval = 1;

/** Runs to the end beside the event loop. Rejects with the signal's reason when it aborts. */
export async function runAlongside<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    for (;;) {
      // Where they pause, they are told, and may know better what to say.
      const { done, value } = signal?.aborted ? steps.throw(signal.reason) : steps.next();
      if (done) return value;
      while (!signal?.aborted && !value.wait(0) && performance.now() < value.until) {
        await new Promise((resolve) => setTimeout(resolve, interval));
      }
    }
  } finally {
    // Without effect when they have ended.
    steps.return(undefined as Result);
  }
}
