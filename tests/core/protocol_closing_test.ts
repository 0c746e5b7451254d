import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { isCloseCodeForUsers, isCloseCodeOnTheWire } from "../../src/core/close_code.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  hex,
  pingFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import { driveInPieces, framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

const bytesOf = (code: number) => toHex(Uint8Array.of(code >> 8, code & 0xff));
const after = concat(textFrame("late"), pingFrame("late"), closeFrame(1000));

/** Hands in a chunk and answers the events, nothing written out in between. */
function eventsOf(protocol: Protocol, chunk: Uint8Array): ProtocolEvent[] {
  protocol.receive(chunk);
  const events: ProtocolEvent[] = [];
  for (let event; (event = protocol.next()) !== ProtocolEvent.None;) events.push(event);
  return events;
}

describe("protocol: the peer closes", () => {
  it("40 42 each code is answered with itself, or refused with 1002", () => {
    for (let code = 0; code <= 5001; code++) {
      const protocol = protocolOf();
      const [event] = eventsOf(protocol, closeFrame(code, "why"));
      const sent = framesIn(takeOutput(protocol));
      const info = protocol.closeInfo();
      if (isCloseCodeOnTheWire(code)) {
        assertEquals([event, sent], [ProtocolEvent.Close, [`close ${bytesOf(code)}`]], `${code}`);
        assertEquals(info, { code, reason: "why", wasClean: true, initiator: "remote" });
      } else {
        assertEquals([event, sent], [ProtocolEvent.Failed, ["close 03 ea"]], `${code}`);
        assertEquals([info.code, info.wasClean, info.initiator], [1006, false, "local"]);
        assertStrictEquals(info.error, protocol.error);
      }
      assertEquals(protocol.state, "closed");
    }
  });

  it("40 it is answered once, without the reason, and nothing after it is delivered or answered", () => {
    const { log, state, close, framesSent } = driveInPieces(concat(closeFrame(1012, "restart"), after));
    assertEquals(log, ["Close", "> close 03 f4"]);
    assertEquals([state, framesSent], ["closed", 1]);
    assertEquals(close, { code: 1012, reason: "restart", wasClean: true, initiator: "remote" });
  });

  it("44 a Close without a code is 1005, and answered without one", () => {
    const { log, close } = driveInPieces(concat(closeFrame(), after));
    assertEquals(log, ["Close", "> close"]);
    assertEquals(close, { code: 1005, reason: "", wasClean: true, initiator: "remote" });
  });

  it("41 a body of one byte: 1002; a reason that is not UTF-8: 1007", () => {
    const refused: [Uint8Array, string, number][] = [
      [frame({ opcode: 8, payload: hex("03") }), "a Close frame of one byte", 1002],
      [closeFrame(1000, hex("61 ff")), "a Close frame whose reason is not UTF-8", 1007],
      [closeFrame(1000, hex("e2 82")), "a Close frame whose reason is not UTF-8", 1007],
    ];
    for (const [bytes, message, closeCode] of refused) {
      const { log, error, close } = driveInPieces(concat(bytes, after));
      assertEquals(log, [`Failed`, `> close ${bytesOf(closeCode)}`]);
      assertEquals(error, { code: "ProtocolViolation", message: `reading a frame: ${message}`, closeCode });
      assertEquals([close.code, close.reason, close.wasClean, close.initiator], [1006, "", false, "local"]);
    }
  });

  it("41 a reason of 123 bytes is read, of any width; a body of 126 is refused", () => {
    for (const reason of ["x".repeat(123), "€".repeat(41), "\ufeffwhy"]) {
      assertEquals(driveInPieces(closeFrame(4000, reason)).close.reason, reason);
    }
    assertEquals(driveInPieces(closeFrame(4000, "x".repeat(124))).log, ["Failed", "> close 03 ea"]);
  });

  it("30 a Close inside a fragmented message ends it undelivered", () => {
    const { log } = driveInPieces(
      concat(textFrame("a", { fin: false }), closeFrame(1001), continuationFrame("b")),
    );
    assertEquals(log, ["Close", "> close 03 e9"]);
  });

  it("34 bytes that come later are not read", () => {
    const protocol = protocolOf();
    eventsOf(protocol, closeFrame(1000));
    takeOutput(protocol);
    assertEquals(eventsOf(protocol, textFrame("late")), []);
    assertEquals([protocol.unread().length, protocol.output.length, protocol.framesReceived], [0, 0, 1]);
  });
});

describe("protocol: the program closes", () => {
  it("43 with 1000 or 3000 to 4999; any other code is refused and changes nothing", () => {
    for (let code = 0; code <= 5001; code++) {
      const protocol = protocolOf();
      if (isCloseCodeForUsers(code)) {
        protocol.close(code, "");
        assertEquals(protocol.state, "closing");
        assertEquals(framesIn(takeOutput(protocol)), [`close ${bytesOf(code)}`]);
      } else {
        const error = assertThrows(() => protocol.close(code, ""), WebSocketError);
        assertEquals(error.code, "InvalidConfiguration");
        assertEquals(error.message, `closing: the code ${code} is not allowed, 1000 and 3000 to 4999 are`);
        assertEquals([protocol.state, protocol.output.length, protocol.framesSent], ["open", 0, 0]);
      }
    }
  });

  it("without a code: a Close frame without a body", () => {
    const protocol = protocolOf();
    protocol.close(undefined, "not sent");
    assertEquals(protocol.state, "closing");
    assertEquals(framesIn(takeOutput(protocol)), ["close"]);
    assertEquals(eventsOf(protocol, closeFrame()), [ProtocolEvent.Close]);
    assertEquals(protocol.closeInfo(), { code: 1005, reason: "", wasClean: true, initiator: "local" });
  });

  it("43 a reason of more than 123 bytes is refused and changes nothing", () => {
    const protocol = protocolOf();
    const error = assertThrows(() => protocol.close(1000, "€".repeat(42)), WebSocketError);
    assertEquals(error.message, "closing: the reason has 126 bytes of UTF-8, at most 123 fit");
    assertEquals([protocol.state, protocol.output.length], ["open", 0]);
    protocol.close(1000, "€".repeat(41));
    assertEquals(framesIn(takeOutput(protocol)), [`close 03 e8 ${Array(41).fill("e2 82 ac").join(" ")}`]);
  });

  it("34 what was sent before goes out before, and messages are still told until the peer's Close", () => {
    const protocol = protocolOf();
    protocol.sendText("last");
    protocol.close(3000, "");
    protocol.close(3001, "again");
    assertEquals(framesIn(takeOutput(protocol)), ["text 6c 61 73 74", "close 0b b8"]);
    assertEquals([protocol.state, protocol.closeCompleted], ["closing", false]);
    const chunk = concat(textFrame("a"), pingFrame("p"), binaryFrame("b"), closeFrame(1011, "r"), after);
    assertEquals(eventsOf(protocol, chunk), [1, 9, 2, 8]);
    assertEquals([protocol.state, protocol.closeCompleted, protocol.output.length], ["closed", true, 0]);
    assertEquals(protocol.closeInfo(), { code: 1011, reason: "r", wasClean: true, initiator: "local" });
  });

  it("40 the Close of both sides at once: neither is answered", () => {
    const protocol = protocolOf();
    protocol.receive(closeFrame(1001));
    protocol.close(1000, "");
    assertEquals(protocol.next(), ProtocolEvent.Close);
    assertEquals(framesIn(takeOutput(protocol)), ["close 03 e8"]);
    assertEquals(protocol.closeInfo(), { code: 1001, reason: "", wasClean: true, initiator: "local" });
  });

  it("45 a violation while closing fails the connection without another Close", () => {
    for (const bytes of [hex("ff"), closeFrame(1005), textFrame(hex("ff"))]) {
      const protocol = protocolOf();
      protocol.close(1000, "");
      takeOutput(protocol);
      assertEquals(eventsOf(protocol, concat(bytes, after)), [ProtocolEvent.Failed]);
      assertEquals([protocol.state, protocol.output.length, protocol.closeCompleted], ["closed", 0, false]);
      const { code, wasClean, initiator, error } = protocol.closeInfo();
      assertEquals([code, wasClean, initiator, error?.code], [1006, false, "local", "ProtocolViolation"]);
    }
  });
});

describe("protocol: failing", () => {
  it("45 each kind of failure sends its code once; nothing after it is processed", () => {
    const failures: [Uint8Array, number, string][] = [
      [frame({ opcode: 1, mask: hex("00 00 00 00") }), 1002, "ProtocolViolation"],
      [frame({ opcode: 5 }), 1002, "ProtocolViolation"],
      [frame({ opcode: 1, rsv: 4 }), 1002, "ProtocolViolation"],
      [frame({ opcode: 9, fin: false }), 1002, "ProtocolViolation"],
      [continuationFrame("a"), 1002, "ProtocolViolation"],
      [frame({ opcode: 2, lengthBits: 16, declaredLength: 5 }), 1002, "ProtocolViolation"],
      [textFrame(hex("c0 80")), 1007, "ProtocolViolation"],
      [textFrame(hex("c3")), 1007, "ProtocolViolation"],
      [frame({ opcode: 2, declaredLength: 2 ** 20 + 1 }), 1009, "LimitExceeded"],
    ];
    for (const [bytes, closeCode, code] of failures) {
      const { log, error, state, close } = driveInPieces(concat(textFrame("ok"), bytes, after));
      assertEquals(log, ["Text 6f 6b", "Failed", `> close ${bytesOf(closeCode)}`]);
      assertEquals([error?.code, error?.closeCode, state], [code, closeCode, "closed"]);
      assertEquals([close.code, close.wasClean, close.initiator], [1006, false, "local"]);
    }
  });

  it("45 given up from outside: the Close goes out, in the middle of a chunk too, and nothing is read on", () => {
    const protocol = protocolOf();
    protocol.receive(concat(textFrame("a"), textFrame("b")));
    protocol.next();
    const error = new WebSocketError("Timeout", "no sign of life", { phase: "keepAlive" });
    protocol.fail(error, 1001);
    assertEquals(framesIn(takeOutput(protocol)), ["close 03 e9"]);
    assertEquals([protocol.next(), protocol.unread().length, protocol.state], [
      ProtocolEvent.None,
      0,
      "closed",
    ]);
    protocol.fail(new WebSocketError("Io", "later"), 1002);
    assertEquals(protocol.output.length, 0);
    assertStrictEquals(protocol.closeInfo().error, error);
  });

  it("given up while somebody looks at a message: it stays until the end", () => {
    const whole = textFrame("a message");
    for (const split of [0, 5]) {
      const protocol = protocolOf();
      protocol.receive(whole.slice(0, split));
      assertEquals(protocol.next(), ProtocolEvent.None);
      protocol.receive(whole.slice(split));
      assertEquals(protocol.next(), ProtocolEvent.Text);
      const { bytes } = protocol.payload;
      protocol.fail(new WebSocketError("Aborted", "enough"), 1001);
      assertEquals(protocol.next(), ProtocolEvent.None);
      // Whoever sends now may get memory out of the pool.
      const other = protocolOf();
      other.sendBinary(new Uint8Array(4000));
      other.sendBinary(new Uint8Array(4000));
      assertEquals([protocol.payload.text, new TextDecoder().decode(bytes)], ["a message", "a message"]);
      protocol.end();
      assertEquals(protocol.payload.byteLength, 0);
    }
  });
});

describe("protocol: a Close that cannot be answered", () => {
  it("is not taken for answered by the one that goes out later", () => {
    let broken = false;
    const maskKeys = new MaskKeys((bytes) => {
      if (broken) throw new RangeError("no entropy");
      bytes.fill(1);
    });
    const protocol = protocolOf({ maskKeys });
    broken = true;
    protocol.receive(closeFrame(1000));
    assertThrows(() => protocol.next(), RangeError);
    broken = false;
    const error = new WebSocketError("Io", "no entropy");
    protocol.fail(error, 1011);
    assertEquals(framesIn(takeOutput(protocol)), ["close 03 f3"]);
    assertEquals(protocol.closeInfo(), {
      code: 1006,
      reason: "",
      wasClean: false,
      initiator: "local",
      error,
    });
  });
});

describe("protocol: how it ended", () => {
  const lost = new WebSocketError("Io", "reset");

  it("44 48 a stream that ends without a Close is 1006, with what the system said", () => {
    for (
      const bytes of [hex(""), hex("81"), textFrame("abc").subarray(0, 3), textFrame("a", { fin: false })]
    ) {
      const protocol = protocolOf();
      eventsOf(protocol, bytes);
      protocol.end();
      assertEquals(protocol.state, "closed");
      assertEquals(protocol.closeInfo(), { code: 1006, reason: "", wasClean: false, initiator: "none" });
      assertEquals(protocol.closeInfo(lost).error, lost);
      assertEquals(protocol.closeInfo(lost).code, 1006);
    }
  });

  it("47 a close that nobody answered is 1006, begun by us, with what the deadline said", () => {
    const protocol = protocolOf();
    protocol.close(1000, "");
    protocol.end();
    const error = new WebSocketError("Timeout", "no answer", { phase: "close" });
    assertEquals(protocol.closeInfo(error), {
      code: 1006,
      reason: "",
      wasClean: false,
      initiator: "local",
      error,
    });
  });

  it("what the transport says after both Close frames does not count", () => {
    const protocol = protocolOf();
    eventsOf(protocol, closeFrame(1000));
    protocol.end();
    protocol.end();
    assertEquals(protocol.closeInfo(lost), { code: 1000, reason: "", wasClean: true, initiator: "remote" });
  });

  it("what the peer did wrong counts before what the transport says", () => {
    const protocol = protocolOf();
    eventsOf(protocol, hex("ff"));
    protocol.end();
    assertStrictEquals(protocol.closeInfo(lost).error, protocol.error);
    assert(protocol.error !== undefined);
  });
});
