import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { Opcode } from "../../src/core/opcode.ts";
import { prepareBinary, prepareText } from "../../src/core/prepared_message.ts";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { closeFrame, concat, hex, pingFrame, toHex } from "../support/frames.ts";
import { patternOf } from "./support_bytes.ts";
import { clientFrames } from "./support_client_frames.ts";
import { framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

function errorOf(send: () => void): WebSocketError {
  return assertThrows(send, WebSocketError);
}

/** A protocol in each state, with nothing in its output. */
function inState(state: "open" | "closing" | "closed by peer" | "failed" | "ended"): Protocol {
  const protocol = protocolOf();
  if (state === "closing") protocol.close(1000, "");
  if (state === "closed by peer") protocol.receive(closeFrame(1000));
  if (state === "failed") protocol.receive(hex("ff"));
  protocol.next();
  if (state === "ended") protocol.end();
  takeOutput(protocol);
  return protocol;
}

describe("protocol: sending", () => {
  it("every kind of message and control frame", () => {
    const protocol = protocolOf();
    protocol.sendText("é");
    protocol.sendText(hex("c3 a9"));
    protocol.sendText("");
    protocol.sendBinary(hex("00"));
    protocol.sendBinary(hex(""));
    protocol.sendControl(Opcode.Ping, hex("01"));
    protocol.sendControl(Opcode.Pong, patternOf(125));
    assertEquals(protocol.framesSent, 7);
    const expected = [
      "text c3 a9",
      "text c3 a9",
      "text",
      "binary 00",
      "binary",
      "ping 01",
      `pong ${toHex(patternOf(125))}`,
    ];
    assertEquals(framesIn(takeOutput(protocol)), expected);
  });

  it("35 a text given as bytes must be UTF-8, whole", () => {
    const protocol = protocolOf();
    for (const bytes of ["ff", "c3", "61 ed a0 80", "f0 9f 98"]) {
      const error = errorOf(() => protocol.sendText(hex(bytes)));
      assertEquals([error.code, error.message], [
        "InvalidConfiguration",
        "sending a text: the bytes are not UTF-8",
      ]);
    }
    assertEquals([protocol.output.length, protocol.framesSent], [0, 0]);
  });

  it("31 a ping or pong of more than 125 bytes is refused", () => {
    const protocol = protocolOf();
    for (const [opcode, name] of [[Opcode.Ping, "ping"], [Opcode.Pong, "pong"]] as const) {
      const error = errorOf(() => protocol.sendControl(opcode, patternOf(126)));
      assertEquals(error.code, "LimitExceeded");
      assertEquals(error.message, `sending a ${name}: 126 bytes, at most 125 are allowed`);
    }
    assertEquals([protocol.output.length, protocol.framesSent], [0, 0]);
  });

  it("34 nothing can be sent in any state but open", () => {
    for (const state of ["closing", "closed by peer", "failed", "ended"] as const) {
      const protocol = inState(state);
      const before = protocol.framesSent;
      for (
        const send of [
          () => protocol.sendText("a"),
          () => protocol.sendText("é".repeat(200)),
          () => protocol.sendText(hex("61")),
          () => protocol.sendBinary(hex("61")),
          () => protocol.sendPrepared(prepareText("a")),
          () => protocol.sendPrepared(prepareBinary(hex("61"))),
          () => protocol.sendControl(Opcode.Ping, hex("")),
          () => protocol.sendControl(Opcode.Pong, hex("")),
        ]
      ) assertEquals(errorOf(send).code, "ConnectionClosed", state);
      protocol.close(1000, "again");
      protocol.releasePong();
      assertEquals([protocol.output.length, protocol.framesSent], [0, before], state);
    }
  });

  it("says what was refused, and where the connection stands", () => {
    const messageOf = (state: "closing" | "ended", send: (protocol: Protocol) => void) =>
      errorOf(() => send(inState(state))).message;
    assertEquals(
      messageOf("closing", (protocol) => protocol.sendBinary(hex("61 62"))),
      "sending 2 bytes: the connection is closing",
    );
    assertEquals(
      messageOf("ended", (protocol) => protocol.sendControl(Opcode.Pong, hex(""))),
      "sending 0 bytes: the connection is closed",
    );
  });

  it("what is no message is refused by name", () => {
    const protocol = protocolOf();
    const messageOf = (send: () => void) => errorOf(send).message;
    assertEquals(
      messageOf(() => protocol.sendText(5 as never)),
      "sending a text: got number, allowed: a string, or a Uint8Array of UTF-8",
    );
    assertEquals(
      messageOf(() => protocol.sendBinary("abc" as never)),
      "sending a binary message: got string, allowed: a Uint8Array",
    );
    assertEquals([protocol.output.length, protocol.framesSent], [0, 0]);
  });

  it("a text that is too long for what may wait takes no memory", () => {
    const protocol = protocolOf({ maxBufferedAmount: 5000 });
    protocol.sendBinary(patternOf(10));
    const before = protocol.output.bytes;
    assertEquals(errorOf(() => protocol.sendText("x".repeat(100_000))).code, "LimitExceeded");
    assertStrictEquals(protocol.output.bytes, before);
  });

  it("what waits may reach maxBufferedAmount, to the byte, and not pass it", () => {
    const sends: [size: number, send: (protocol: Protocol) => void][] = [
      [6 + 50, (protocol) => protocol.sendText("x".repeat(50))],
      [8 + 200, (protocol) => protocol.sendText("é".repeat(100))],
      [8 + 150, (protocol) => protocol.sendText("€".repeat(50))],
      [6 + 4, (protocol) => protocol.sendText("😀")],
      [8 + 200, (protocol) => protocol.sendText(patternOf(200).fill(0x61))],
      [8 + 200, (protocol) => protocol.sendBinary(patternOf(200))],
      [6 + 7, (protocol) => protocol.sendControl(Opcode.Ping, patternOf(7))],
    ];
    for (const [size, send] of sends) {
      for (const [unsent, waiting] of [[0, 0], [0, 10], [30, 0], [30, 10]]) {
        const total = unsent + waiting + size;
        const prepared = (maxBufferedAmount: number): Protocol => {
          const protocol = protocolOf({ maxBufferedAmount });
          protocol.unsent = 0;
          if (waiting > 0) protocol.sendBinary(patternOf(waiting - 6));
          protocol.unsent = unsent;
          return protocol;
        };
        const fits = prepared(total);
        send(fits);
        assertEquals(fits.output.length, waiting + size);

        const full = prepared(total - 1);
        const sent = full.framesSent;
        const before = full.output.bytes.slice(0, waiting);
        const error = errorOf(() => send(full));
        assertEquals(error.code, "LimitExceeded");
        assertEquals(
          error.message.replace(/^sending \d+ bytes: /, ""),
          `${unsent + waiting} are waiting already, where maxBufferedAmount is ${total - 1}`,
        );
        assertEquals([full.output.length, full.framesSent], [waiting, sent]);
        assertEquals(full.output.bytes.slice(0, waiting), before, "what waited before is untouched");
        if (waiting === 0) assertEquals(full.output.bytes.length, 0, "the memory is given back");
      }
    }
  });

  it("23 frames that the protocol sends by itself have keys of their own too", () => {
    const protocol = protocolOf();
    protocol.receive(concat(pingFrame("a"), pingFrame("a"), closeFrame(1000)));
    while (protocol.next() !== ProtocolEvent.None);
    const keys = clientFrames(takeOutput(protocol)).map(({ key }) => toHex(key));
    assertEquals([keys.length, new Set(keys).size], [3, 3]);
  });
});
