import { describe, it } from "node:test";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type ReconnectReason, WebSocketError } from "../../mod.ts";
import { answered, failure, lost, refused, Rehearsal } from "./rehearsal.ts";

describe("whether a reconnecting loop goes on", () => {
  describe("what is final", () => {
    const certificate = Object.assign(new Error("x"), { code: "CERT_HAS_EXPIRED" });
    const denied = Object.assign(new Error("x"), { name: "NotCapable" });
    const final: Record<string, WebSocketError> = {
      "a certificate that does not hold": failure("TlsFailed", { cause: certificate }),
      "TLS that failed for a reason that nobody knows": failure("TlsFailed", { cause: new Error("x") }),
      "no permission to connect": failure("ConnectionFailed", { cause: denied }),
      "a thread that has failed": failure("Io"),
      "a thread that was closed": failure("Aborted"),
      "a bad URL": failure("InvalidUrl"),
    };
    const passing: Record<string, WebSocketError> = {
      "TLS that was broken off": failure("TlsFailed", {
        cause: Object.assign(new Error("x"), { code: "ECONNRESET" }),
      }),
      "a time-out": failure("Timeout", { phase: "tcp" }),
      "a name that is not found": failure("ConnectionFailed", { cause: new Error("x") }),
      "an answer that is none": failure("HandshakeFailed"),
      "an answer that is too long": failure("LimitExceeded"),
    };
    for (const status of [301, 308, 400, 401, 403, 404, 407, 410, 426, 451]) {
      final[`${status}`] = answered(status);
    }
    for (const status of [101, 200, 302, 307, 408, 425, 429, 500, 502, 503, 504]) {
      passing[`${status}`] = answered(status);
    }

    for (const [name, error] of Object.entries(final)) {
      it(`${name} is`, () => {
        const rehearsal = new Rehearsal("ws://a/");
        assertStrictEquals(assertThrows(() => rehearsal.attempts(1, error)), error);
        assertEquals([rehearsal.plan.state, rehearsal.plan.lastError], ["ended", error]);
      });
    }
    for (const [name, error] of Object.entries(passing)) {
      it(`${name} is not`, () => {
        const rehearsal = new Rehearsal("ws://a/");
        rehearsal.attempts(1, error);
        assertEquals([rehearsal.plan.state, rehearsal.plan.lastError], ["waiting", error]);
      });
    }

    it("no close code of a server is, nor what it did wrong", () => {
      for (const code of [1000, 1001, 1002, 1003, 1005, 1006, 1007, 1008, 1010, 1011, 1012, 1013, 4000]) {
        const rehearsal = new Rehearsal("ws://a/");
        rehearsal.attempt();
        assert(rehearsal.connection(0, { ...lost(), code, initiator: "remote" }));
      }
      const rehearsal = new Rehearsal("ws://a/");
      rehearsal.attempt();
      const error = failure("ProtocolViolation");
      assert(rehearsal.connection(0, { ...lost(), initiator: "local", error }));
      assertEquals(rehearsal.plan.lastError, error);
    });

    it("what is no WebSocketError is thrown on", () => {
      const bug = new TypeError("x is not a function");
      assertStrictEquals(assertThrows(() => new Rehearsal("ws://a/").plan.failed(bug)), bug);
    });
  });

  describe("limits", () => {
    it("maxAttempts counts attempts in a row, all URLs together, and throws the last failure", () => {
      const rehearsal = new Rehearsal(["ws://a/", "ws://b/"], { maxAttempts: 3 });
      rehearsal.attempts(2);
      const last = failure("Timeout");
      assertStrictEquals(assertThrows(() => rehearsal.attempts(1, last)), last);
      assertEquals(rehearsal.plan.state, "ended");
    });

    it("a stable connection sets the count back; one that was not counts", () => {
      const rehearsal = new Rehearsal("ws://a/", { maxAttempts: 2 });
      for (let i = 0; i < 5; i++) {
        rehearsal.attempts(1);
        rehearsal.attempt();
        assert(rehearsal.connection(60_000));
      }
      rehearsal.attempts(1);
      rehearsal.attempt();
      const error = assertThrows(() => rehearsal.connection(10), WebSocketError, "1006");
      assertEquals(error.code, "ConnectionClosed");
    });

    it("the error that a connection ended with is the one thrown", () => {
      const rehearsal = new Rehearsal("ws://a/", { maxAttempts: 1 });
      rehearsal.attempt();
      const error = failure("ProtocolViolation");
      assertStrictEquals(assertThrows(() => rehearsal.connection(10, { ...lost(), error })), error);
    });

    it("maxElapsed: an attempt that would begin later is not waited for", () => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, maxElapsed: 2_000 });
      assertEquals(rehearsal.attempts(2), ["0 ws://a/", "500 ws://a/"]);
      rehearsal.attempt();
      const last = refused();
      // 2 s have passed, and 3 would have to be waited.
      assertStrictEquals(assertThrows(() => rehearsal.plan.failed(last)), last);
      assertEquals(rehearsal.time.now(), 2_000);
    });

    it("maxElapsed begins anew when a stable connection ends", () => {
      const rehearsal = new Rehearsal("ws://a/", { initialDelay: 1_000, maxElapsed: 2_000 });
      for (let i = 0; i < 3; i++) {
        rehearsal.attempts(1);
        rehearsal.attempt();
        assert(rehearsal.connection(60_000));
      }
    });
  });

  describe("shouldReconnect", () => {
    it("is asked with all that is known", () => {
      const reasons: ReconnectReason[] = [];
      const rehearsal = new Rehearsal("ws://a", { shouldReconnect: (reason) => void reasons.push(reason) });
      const error = refused();
      rehearsal.attempts(1, error);
      rehearsal.attempt();
      rehearsal.connection(60_000);
      rehearsal.attempt();
      const forbidden = answered(403);
      assertThrows(() => rehearsal.plan.failed(forbidden));
      assertEquals(reasons, [
        { url: "ws://a/", attempt: 1, error, isFinal: false },
        { url: "ws://a/", attempt: 0, error: undefined, close: lost(), isFinal: false },
        { url: "ws://a/", attempt: 1, error: forbidden, isFinal: true },
      ]);
    });

    it("true goes on after what is final", () => {
      const rehearsal = new Rehearsal("ws://a/", { shouldReconnect: () => true });
      rehearsal.attempts(10, answered(404));
      assertEquals(rehearsal.plan.state, "waiting");
    });

    it("false throws the failure to connect, and ends quietly after a connection", () => {
      const policy = { shouldReconnect: () => false };
      const error = refused();
      assertStrictEquals(assertThrows(() => new Rehearsal("ws://a/", policy).attempts(1, error)), error);
      const rehearsal = new Rehearsal("ws://a/", policy);
      rehearsal.attempt();
      assertEquals([rehearsal.connection(0), rehearsal.plan.state], [false, "ended"]);
    });

    it("what it throws is thrown on", () => {
      const mine = new RangeError("mine");
      const rehearsal = new Rehearsal("ws://a/", {
        shouldReconnect() {
          throw mine;
        },
      });
      assertStrictEquals(assertThrows(() => rehearsal.attempts(1)), mine);
      assertEquals(rehearsal.plan.state, "ended");
    });

    it("is called as a method of the options", () => {
      const options = {
        stop: false,
        shouldReconnect() {
          return !this.stop;
        },
      };
      const rehearsal = new Rehearsal("ws://a/", options);
      rehearsal.attempts(1);
      options.stop = true;
      assertThrows(() => rehearsal.attempts(1), WebSocketError, "refused");
    });
  });
});
