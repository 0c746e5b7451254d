import { assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { type ConnectionState, nextState, type Transition } from "../../src/core/state.ts";

const transitions: readonly Transition[] = ["localClose", "remoteClose", "failure", "streamEnd"];

/** RFC 6455 §7, by state: what follows each transition, in the order above; `-` where there is none. */
const table: Record<ConnectionState, readonly (ConnectionState | "-")[]> = {
  connecting: ["-", "-", "closed", "closed"],
  open: ["closing", "closed", "closed", "closed"],
  closing: ["-", "closed", "closed", "closed"],
  closed: ["-", "-", "-", "closed"],
};

describe("state", () => {
  for (const [state, row] of Object.entries(table) as [ConnectionState, readonly string[]][]) {
    it(`34 from ${state}, every transition is allowed or refused`, () => {
      for (const [index, transition] of transitions.entries()) {
        if (row[index] === "-") {
          assertThrows(
            () => nextState(state, transition),
            Error,
            `no transition ${transition} from ${state}`,
          );
        } else {
          assertEquals(nextState(state, transition), row[index], transition);
        }
      }
    });
  }
});
