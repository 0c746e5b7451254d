import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type CloseInfo, type Handler, WebSocketError } from "../../mod.ts";
import { Ending } from "../../src/driver/ending.ts";

const lost: CloseInfo = { code: 1006, reason: "", wasClean: false, initiator: "none" };
const timeout = new WebSocketError("Timeout", "too long");

function ending(overrides: Handler<undefined> = {}) {
  const events: string[] = [];
  const handler: Handler<undefined> = {
    onConnectionClosed: (_, { code }) => void events.push(`closed ${code}`),
    onError: (_, { code }) => void events.push(`error ${code}`),
    onQuit: () => void events.push("quit"),
    ...overrides,
  };
  const subject = new Ending<undefined>();
  return { events, handler, subject, finish: () => subject.finish(handler, undefined, lost) };
}

function fails(): never {
  throw new RangeError("mine");
}

describe("ending", () => {
  it("a closed connection: onConnectionClosed, onQuit, and what run answers", () => {
    const { events, finish } = ending();
    assertStrictEquals(finish(), lost);
    assertEquals(events, ["closed 1006", "quit"]);
  });

  it("a failure: onError in place of onConnectionClosed, and run answers all the same", () => {
    const { events, finish, subject } = ending();
    subject.fail(timeout);
    assertStrictEquals(finish(), lost);
    assertEquals(events, ["error Timeout", "quit"]);
  });

  it("a failure that nobody handles: run fails with it, behind onQuit", () => {
    const { events, finish, subject } = ending({ onError: undefined });
    subject.fail(timeout);
    assertStrictEquals(assertThrows(finish), timeout);
    assertEquals(events, ["quit"]);
  });

  it("the first failure counts", () => {
    const { events, finish, subject } = ending();
    subject.fail(timeout);
    subject.fail(new WebSocketError("Aborted", "later"));
    finish();
    assertEquals(events, ["error Timeout", "quit"]);
  });

  it("a failure that was reported ahead is not reported again, and silences the rest", () => {
    const { events, finish, handler, subject } = ending();
    subject.report(handler, undefined);
    assertEquals([events, subject.silent], [[], false]);
    subject.fail(timeout);
    subject.report(handler, undefined);
    subject.report(handler, undefined);
    assertEquals([events, subject.silent], [["error Timeout"], true]);
    finish();
    assertEquals(events, ["error Timeout", "quit"]);
  });

  it("forced: onQuit alone, whatever happened besides", () => {
    const { events, finish, subject } = ending();
    subject.fail(timeout);
    subject.forced = true;
    assertEquals(finish(), { code: 1006, reason: "", wasClean: false, initiator: "local" });
    assertEquals(events, ["quit"]);
  });

  it("thrown: onQuit alone, then run fails with it", () => {
    const { events, finish, subject } = ending();
    subject.fail(timeout);
    subject.thrown = { value: undefined };
    assertStrictEquals(assertThrows(finish), undefined);
    assertEquals(events, ["quit"]);
  });

  it("a last callback that throws does not keep onQuit from running; the first value counts", () => {
    for (const name of ["onConnectionClosed", "onError", "onQuit"] as const) {
      const { events, finish, subject } = ending({ [name]: fails });
      if (name === "onError") subject.fail(timeout);
      assertThrows(finish, RangeError, "mine");
      assertEquals(events.includes("quit"), name !== "onQuit");
    }
    const both = ending({ onConnectionClosed: fails, onQuit: () => assertEquals(1, 2) });
    assertThrows(both.finish, RangeError, "mine");
  });
});
