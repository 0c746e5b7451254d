import fc from "fast-check";
import { describe, it } from "node:test";
import { anyScenario } from "./model/actions.ts";
import { judge } from "./model/judge.ts";
import { World } from "./model/world.ts";
import { holds } from "./property.ts";

describe("any life of a connection", () => {
  it("keeps the order of callbacks, the promises of the states and the rules of the wire", async () => {
    await holds(
      fc.asyncProperty(anyScenario, async (scenario) => {
        const world = new World(scenario);
        await world.play();
        judge(world);
      }),
      { runs: 250 },
    );
  });
});
