import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { runExample } from "../examples/run_example.ts";

describe("a process with a reconnecting loop", () => {
  it("lives while the loop waits, and ends with it", async () => {
    const lines = await runExample(new URL("./waiting_program.ts", import.meta.url));
    assertEquals(lines, ["ConnectionFailed"]);
  });
});
