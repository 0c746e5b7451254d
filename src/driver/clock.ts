/** A deadline that can be put off or called off. */
export interface Timer {
  /** Calls it off. */
  cancel(): void;
}

/** Where a driver gets its time from: the event loop's timers, or a loop of its own. */
export interface Clock {
  /** Milliseconds since some moment, never going back. */
  now(): number;
  /** Calls `callback` once, after at least `delay` milliseconds. */
  after(delay: number, callback: () => void): Timer;
}

/** The clock of the event loop. */
export const eventLoopClock: Clock = {
  now: () => performance.now(),
  after(delay: number, callback: () => void): Timer {
    const id = setTimeout(callback, delay);
    return { cancel: () => clearTimeout(id) };
  },
};
