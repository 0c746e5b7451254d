import type { Clock, Timer } from "../../src/driver/clock.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A time in which waits take no time: it jumps to their end, and writes down how long they were. */
export class FastTime implements Clock {
  /** The length of each wait, in milliseconds. */
  readonly delays: number[] = [];
  /** What chance brings next, from 0 up to 1. */
  chance = 0.5;
  readonly #clock = new ManualClock();

  /** As the surroundings of a plan; the calendar begins with 1970. */
  readonly surroundings = { now: () => this.now(), date: () => this.now(), random: () => this.chance };

  now(): number {
    return this.#clock.now();
  }

  /** Lets time pass. */
  advance(duration: number): void {
    this.#clock.advance(duration);
  }

  after(delay: number, callback: () => void): Timer {
    this.delays.push(delay);
    const timer = this.#clock.after(delay, callback);
    setTimeout(() => this.advance(delay));
    return timer;
  }

  readonly sleep = (delay: number): void => {
    this.delays.push(delay);
    this.advance(delay);
  };
}
