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
  let step = steps.next();
  while (!step.done) {
    const { value: pause } = step;
    try {
      pause.wait(pause.until - performance.now());
    } catch (error) {
      // The work knows what that means, and lets go of what it has opened.
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
  return step.value;
}

/** Milliseconds between two looks. */
const interval = 1;

/** Runs to the end beside the event loop. Rejects with the signal's reason when it aborts. */
export async function runAlongside<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  try {
    // Where they pause, they are told, and may know better what to say.
    const next = () => signal?.aborted ? steps.throw(signal.reason) : steps.next();
    let step = next();
    while (!step.done) {
      try {
        await untilOver(step.value, signal);
      } catch (error) {
        step = steps.throw(error);
        continue;
      }
      step = next();
    }
    return step.value;
  } finally {
    // Without effect when they have ended.
    steps.return(undefined as Result);
  }
}

async function untilOver(pause: Pause, signal: AbortSignal | undefined): Promise<void> {
  while (!signal?.aborted && !pause.wait(0) && performance.now() < pause.until) {
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
