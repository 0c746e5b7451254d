import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { ProtocolEvent } from "../../src/core/protocol.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  frame,
  hex,
  pingFrame,
  pongFrame,
  textFrame,
  toHex,
} from "../support/frames.ts";
import { deflated, deflateProtocol } from "./deflate_support.ts";
import { patternOf } from "./support_bytes.ts";
import { drive, driveInPieces, framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

describe("protocol: events", () => {
  it("tells messages, pings and pongs in order, with their content", () => {
    const stream = concat(
      textFrame("hi"),
      binaryFrame(hex("00 ff")),
      pingFrame(hex("01")),
      pongFrame(hex("02")),
    );
    const { log, state, framesReceived, framesSent } = driveInPieces(stream);
    assertEquals(log, ["Text 68 69", "Binary 00 ff", "Ping 01", "> pong 01", "Pong 02"]);
    assertEquals([state, framesReceived, framesSent], ["open", 4, 1]);
  });

  it("32 a pong has the payload of its ping, whatever it is", () => {
    for (const payload of [hex(""), hex("ff 00 c3"), patternOf(125)]) {
      const hexed = toHex(payload);
      assertEquals(driveInPieces(pingFrame(payload)).log, [`Ping ${hexed}`.trim(), `> pong ${hexed}`.trim()]);
    }
  });

  it("33 a pong that nobody asked for is told and has no effect", () => {
    const { log, state, framesSent } = driveInPieces(concat(pongFrame("x"), pongFrame(), textFrame("a")));
    assertEquals([log, state, framesSent], [["Pong 78", "Pong", "Text 61"], "open", 0]);
  });

  it("one payload object serves all events", () => {
    const protocol = protocolOf();
    const { payload } = protocol;
    const chunk = concat(textFrame("one"), pingFrame("two"), binaryFrame("three"));
    protocol.receive(chunk);
    for (const expected of ["one", "two", "three"]) {
      protocol.next();
      assertStrictEquals(protocol.payload, payload);
      assertEquals(payload.text, expected);
      assertStrictEquals(payload.bytes.buffer, chunk.buffer);
    }
    protocol.next();
    assertEquals(payload.byteLength, 0);
  });

  it("what has not been looked at can be taken back", () => {
    const protocol = protocolOf();
    protocol.receive(concat(textFrame("a"), hex("81 01")));
    protocol.next();
    assertEquals(toHex(protocol.unread()), "81 01");
  });

  it("what a masking source throws goes through, and is no failure of the peer's", () => {
    const maskKeys = new MaskKeys(() => {
      throw new RangeError("no entropy");
    });
    const protocol = protocolOf({ maskKeys });
    protocol.receive(pingFrame());
    assertThrows(() => protocol.next(), RangeError, "no entropy");
    assertEquals([protocol.state, protocol.error], ["open", undefined]);
  });
});

describe("protocol: answers leave before the next frame is looked at", () => {
  it("39a a message in front of an invalid frame is answered, then the connection fails", () => {
    const protocol = protocolOf();
    protocol.receive(concat(textFrame("a"), frame({ opcode: 3 }), textFrame("b")));
    assertEquals(protocol.next(), ProtocolEvent.Text);
    assertEquals([protocol.state, protocol.output.length], ["open", 0]);
    protocol.sendText("answer");
    assertEquals(protocol.next(), ProtocolEvent.Failed);
    assertEquals(framesIn(takeOutput(protocol)), ["text 61 6e 73 77 65 72", "close 03 ea"]);
    assertEquals(protocol.next(), ProtocolEvent.None);
  });

  it("39a so is each ping, and each message between", () => {
    const stream = concat(pingFrame("1"), textFrame("a"), pingFrame("2"), textFrame("b"), hex("c1"));
    const { log } = driveInPieces(stream, {
      react: (protocol, event) => event === ProtocolEvent.Text && protocol.sendText(protocol.payload.text),
    });
    assertEquals(log, [
      "Ping 31",
      "> pong 31",
      "Text 61",
      "> text 61",
      "Ping 32",
      "> pong 32",
      "Text 62",
      "> text 62",
      "Failed",
      "> close 03 ea",
    ]);
  });

  it("39a closing at a message comes before whatever is behind it", () => {
    const stream = concat(textFrame("a"), pingFrame("p"), textFrame("b"), closeFrame(1000), textFrame("c"));
    const { log, close } = driveInPieces(stream, {
      react: (protocol) => protocol.close(3000, "enough"),
    });
    assertEquals(log, ["Text 61", "> close 0b b8 65 6e 6f 75 67 68", "Ping 70", "Text 62", "Close"]);
    assertEquals(close, { code: 1000, reason: "", wasClean: true, initiator: "local" });
  });
});

describe("protocol: parts of a message", () => {
  it("more than one may be had from a chunk, and none once the connection has been given up", () => {
    const protocol = deflateProtocol({ messageParts: true });
    protocol.receive(binaryFrame(deflated(patternOf(300_000)), { rsv: 4 }));
    assertEquals([protocol.pending, protocol.next()], [false, ProtocolEvent.Part]);
    assertEquals([protocol.pending, protocol.next()], [true, ProtocolEvent.Part]);
    const seen = protocol.part.byteLength;
    protocol.fail(new WebSocketError("Aborted", "enough"), 1001);
    assertEquals([protocol.pending, protocol.next()], [false, ProtocolEvent.None]);
    assertEquals(protocol.part.byteLength, seen);
  });
});

describe("protocol: driving", () => {
  it("39 chunks of no bytes change nothing", () => {
    const stream = concat(textFrame("a"), pingFrame("b"));
    const nothing = hex("");
    const chunks = [nothing, stream.subarray(0, 1), nothing, nothing, stream.subarray(1), nothing];
    assertEquals(drive(chunks), drive([stream]));
  });
});
