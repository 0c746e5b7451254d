import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BackOff } from "../../src/client/reconnect_back_off.ts";

const options = fc.record({
  initialDelay: fc.integer({ min: 1, max: 10_000 }),
  times: fc.integer({ min: 1, max: 64 }),
})
  .map(({ initialDelay, times }) => ({ initialDelay, maxDelay: initialDelay * times }));
/** As `Math.random`: 1 is not among them. */
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const chances = fc.array(chance, { minLength: 1, maxLength: 100 });

/** One delay for each number that chance brings. */
function delays(chances: readonly number[], options: { initialDelay: number; maxDelay: number }): number[] {
  const numbers = [...chances];
  const backOff = new BackOff(options, () => numbers.shift()!);
  return chances.map(() => backOff.next());
}

describe("back-off (RFC 6455 §7.2.3)", () => {
  it("the first delay is anything from 0 to initialDelay", () => {
    fc.assert(fc.property(options, chance, (options, chance) => {
      const [delay] = delays([chance], options);
      assertEquals(delay, Math.floor(chance * options.initialDelay));
    }));
  });

  it("the n-th further one is from half to all of initialDelay × 2ⁿ, up to maxDelay", () => {
    fc.assert(fc.property(options, chances, (options, chances) => {
      for (const [n, delay] of delays(chances, options).entries()) {
        const most = Math.min(options.maxDelay, options.initialDelay * 2 ** n);
        assert(delay <= most, `${delay} <= ${most}`);
        assert(n === 0 || delay >= Math.floor(most / 2), `${delay} >= ${most / 2}`);
      }
    }));
  });

  it("no delay is shorter than the one before, until maxDelay cuts them", () => {
    fc.assert(fc.property(options, chances, (options, chances) => {
      const all = delays(chances, options);
      for (let n = 1; options.initialDelay * 2 ** n <= options.maxDelay && n < all.length; n++) {
        assert(all[n]! >= all[n - 1]!, all.join());
      }
    }));
  });

  it("delays are whole milliseconds, however many there have been", () => {
    const backOff = new BackOff({ initialDelay: 0.7, maxDelay: 2 ** 31 - 1 }, () => 0.999);
    for (let n = 0; n < 2_000; n++) assert(Number.isSafeInteger(backOff.next()));
  });

  it("begins anew after a reset", () => {
    fc.assert(fc.property(options, chances, (options, chances) => {
      const backOff = new BackOff(options, () => 0.5);
      for (const _ of chances) backOff.next();
      backOff.reset();
      assertEquals([backOff.next(), backOff.next()], delays([0.5, 0.5], options));
    }));
  });
});
