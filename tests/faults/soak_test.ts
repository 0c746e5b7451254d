import { describe, it } from "node:test";
import { assertEquals, assertGreater } from "@std/assert";
import type { ServerCount } from "../../scripts/soak/server_scenarios.ts";
import type { Sample, SoakResult } from "../../scripts/soak/soak.ts";
import { soakRuntime } from "../../scripts/soak/soak_runtime.ts";
import { ENOUGH_SAMPLES, problemsOf } from "../../scripts/soak/verdict.ts";
import { newSeed } from "../channel/random.ts";
import { runtime } from "../client/setup.ts";

const MIB = 1024 * 1024;

it(
  "soak, the first seconds: nothing is lost, every connection ends as it has to",
  { timeout: 90_000 },
  async () => {
    const seed = newSeed();
    const { result, problems } = await soakRuntime(runtime, { minutes: 0.05, duty: 1, seed, every: 24 });
    assertEquals(problems, [], `S9_SEED=${seed}`);
    assertGreater(result!.visits, 0);
    assertGreater(result!.steadyEchoes, 0);
  },
);

describe("the verdict on a soak", () => {
  const tally = { messages: 10, bytes: 1000 };
  const server: ServerCount = { visits: 10, sent: tally, received: tally, faults: [] };

  /** A run whose samples grow by `growth` in all. */
  function run(growth: Partial<Sample> = {}, count = 2 * ENOUGH_SAMPLES): SoakResult {
    const samples = Array.from({ length: count }, (_, index): Sample => {
      const grown = (name: keyof Sample, from: number) =>
        from + (growth[name] as number ?? 0) * index / (count - 1);
      return {
        minute: index,
        visits: index * 100,
        cpuPerVisit: grown("cpuPerVisit", 50),
        loopDelay: [0, 1, 2],
        rss: grown("rss", 200 * MIB),
        heap: grown("heap", 10 * MIB),
        external: grown("external", 10 * MIB),
        descriptors: grown("descriptors", 60),
        threads: grown("threads", 12),
        handles: "",
      };
    });
    const result = { seed: 1, visits: 10, rounds: 1, steadyEchoes: 1, duty: 1, faults: [] };
    return { ...result, sent: tally, received: tally, samples };
  }

  it("a run that grows by little has passed", () => {
    const little = {
      rss: 20 * MIB,
      heap: 4 * MIB,
      external: 4 * MIB,
      descriptors: 1,
      threads: 1,
      cpuPerVisit: 10,
    };
    assertEquals(problemsOf(run(little), server), []);
  });

  for (
    const [name, by] of Object.entries({
      rss: 120 * MIB,
      heap: 12 * MIB,
      external: 12 * MIB,
      descriptors: 6,
      threads: 6,
      cpuPerVisit: 50,
    })
  ) {
    it(`more ${name} at the end than at first is a problem`, () => {
      assertEquals(problemsOf(run({ [name]: by }), server).length, 1);
    });
  }

  it("descriptors count in a short run too, memory does not", () => {
    assertEquals(problemsOf(run({ rss: 120 * MIB, descriptors: 6 }, 2), server).length, 1);
  });

  it("a message that only one end knows of is a problem, and what either end complains of", () => {
    const lost = { ...run(), received: { messages: 9, bytes: 1000 }, faults: ["one"] };
    assertEquals(problemsOf(lost, { ...server, faults: ["another"] }).length, 3);
  });
});
