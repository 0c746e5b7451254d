import { assertEquals, assertStrictEquals } from "@std/assert";
import { describe, it } from "node:test";
import { ioError, isConnectionLost } from "../../src/driver/connection_lost.ts";

describe("what a transport says of a stream's end", () => {
  it("is told by its code, else by its class, else as it is", () => {
    for (
      const [error, message, lost] of [
        [Object.assign(new Error("x"), { code: "ECONNRESET" }), "the connection was lost: ECONNRESET", true],
        [Object.assign(new Error("x"), { name: "BrokenPipe" }), "the connection was lost: BrokenPipe", true],
        [Object.assign(new Error("x"), { code: 104 }), "the socket failed: Error", false],
        [{ code: 5 }, "the socket failed: unknown", false],
        [null, "the socket failed: null", false],
        ["EPIPE", "the connection was lost: EPIPE", true],
      ] as const
    ) {
      assertEquals(isConnectionLost(error), lost);
      const wrapped = ioError(error);
      assertEquals([wrapped.code, wrapped.message], ["Io", message]);
      if (error !== null) assertStrictEquals(wrapped.cause, error);
    }
  });
});
