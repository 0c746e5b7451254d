import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { Opcode } from "../../src/core/opcode.ts";
import { WebSocketError } from "../../src/core/errors.ts";
import { concat, hex, toHex } from "../support/frames.ts";
import { patternOf } from "./support_bytes.ts";
import { type ClientFrame, clientFrames } from "./support_client_frames.ts";
import { deflateProtocol, ReferenceInflater } from "./deflate_support.ts";
import { framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

const NOTHING = new Uint8Array(0);

function payloadsOf(frames: readonly ClientFrame[]): Uint8Array {
  return concat(...frames.map(({ payload }) => payload));
}

describe("protocol: a message in parts", () => {
  it("each part is a frame: the first has the opcode, the last FIN; control frames may come between", () => {
    const protocol = protocolOf();
    protocol.beginMessage(Opcode.Text);
    assertEquals([protocol.inMessage, protocol.output.length], [true, 0]);
    protocol.sendPart(NOTHING, false);
    protocol.sendPart(hex("61"), false);
    protocol.sendControl(Opcode.Ping, hex("00"));
    protocol.sendPart(hex("62"), false);
    protocol.sendPart(NOTHING, true);
    assertEquals(protocol.inMessage, false);
    protocol.beginMessage(Opcode.Binary);
    protocol.sendPart(hex("63"), true);
    protocol.sendBinary(hex("64"));
    assertEquals(framesIn(takeOutput(protocol)), [
      "text fin=false rsv=0 61",
      "ping 00",
      "0 fin=false rsv=0 62",
      "0",
      "binary 63",
      "binary 64",
    ]);
    assertEquals(protocol.framesSent, 6);
  });

  it("no other message may come between, and it stays unfinished after close", () => {
    const protocol = protocolOf();
    protocol.beginMessage(Opcode.Binary);
    const attempts = [
      () => protocol.sendText("a"),
      () => protocol.sendText(hex("61")),
      () => protocol.sendBinary(hex("61")),
      () => protocol.beginMessage(Opcode.Text),
    ];
    for (const attempt of attempts) {
      const error = assertThrows(attempt, WebSocketError);
      assertEquals([error.code, error.message], [
        "SocketUnavailable",
        "sending a message: one that was begun by beginText or beginBinary has not been ended",
      ]);
    }
    protocol.sendPart(hex("61"), false);
    protocol.close(1000, "");
    assertEquals(
      assertThrows(() => protocol.sendPart(hex("62"), true), WebSocketError).code,
      "ConnectionClosed",
    );
    assertEquals(framesIn(takeOutput(protocol)), ["binary fin=false rsv=0 61", "close 03 e8"]);
  });

  it("a part for which there is no room is refused, and can be sent later", () => {
    const protocol = protocolOf({ maxBufferedAmount: 20 });
    protocol.beginMessage(Opcode.Binary);
    protocol.sendPart(patternOf(10), false);
    const refused = assertThrows(() => protocol.sendPart(patternOf(10), true), WebSocketError);
    assertEquals([refused.code, protocol.inMessage], ["LimitExceeded", true]);
    const first = takeOutput(protocol);
    protocol.sendPart(patternOf(10), true);
    const frames = clientFrames(concat(first, takeOutput(protocol)));
    assertEquals(frames.map(({ fin, opcode }) => [fin, opcode]), [[false, 2], [true, 0]]);
  });
});

describe("protocol: a compressed message in parts (RFC 7692 §7.2.1)", () => {
  for (const clientNoContextTakeover of [false, true]) {
    it(`is one stream over its frames, RSV1 on the first, no context takeover: ${clientNoContextTakeover}`, () => {
      const protocol = deflateProtocol({ clientNoContextTakeover, threshold: 1024 });
      let reference = new ReferenceInflater();
      const parts = [patternOf(5000), patternOf(5000), patternOf(1), patternOf(70_000)];
      for (const endsEmpty of [false, true]) {
        protocol.beginMessage(Opcode.Binary);
        parts.forEach((part, index) => protocol.sendPart(part, !endsEmpty && index === 3));
        if (endsEmpty) protocol.sendPart(NOTHING, true);
        const frames = clientFrames(takeOutput(protocol));
        assertEquals(frames.length, endsEmpty ? 5 : 4);
        assertEquals(frames.map(({ rsv }) => rsv), [4, ...frames.slice(1).map(() => 0)]);
        if (clientNoContextTakeover) reference = new ReferenceInflater();
        assertEquals(toHex(reference.inflate(payloadsOf(frames))), toHex(concat(...parts)));
        assert(payloadsOf(frames).length < 2000, "parts refer to each other");
        // The next message, whole, goes on from there.
        protocol.sendBinary(patternOf(2000));
        if (clientNoContextTakeover) reference = new ReferenceInflater();
        assertEquals(
          toHex(reference.inflate(payloadsOf(clientFrames(takeOutput(protocol))))),
          toHex(patternOf(2000)),
        );
      }
    });
  }

  it("not where it shall not be, and an empty one is one frame", () => {
    const protocol = deflateProtocol({});
    protocol.beginMessage(Opcode.Binary, false);
    protocol.sendPart(hex("61"), true);
    protocol.beginMessage(Opcode.Text);
    protocol.sendPart(NOTHING, true);
    assertEquals(framesIn(takeOutput(protocol)), ["binary 61", "text fin=true rsv=4 00"]);
  });
});
