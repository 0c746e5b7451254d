import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { type Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { closeFrame, concat, hex, pingFrame, toHex } from "../support/frames.ts";
import { patternOf } from "./support_bytes.ts";
import { framesIn, protocolOf, takeOutput } from "./support_transcript.ts";

describe("protocol: pongs while much is waiting", () => {
  const backlog = 16 * 1024;

  /** The protocol after these pings, with nothing written out in between. */
  function afterPings(protocol: Protocol, ...payloads: string[]): void {
    for (const payload of payloads) {
      protocol.receive(pingFrame(payload));
      assertEquals(protocol.next(), ProtocolEvent.Ping);
      assertEquals(protocol.payload.text, payload);
      assertEquals(protocol.next(), ProtocolEvent.None);
    }
  }

  it("32 of many pings only the latest is answered, when what waited has gone out", () => {
    const protocol = protocolOf();
    protocol.unsent = backlog;
    const pings = Array.from({ length: 1000 }, (_, index) => `ping ${index}`);
    afterPings(protocol, ...pings);
    assertEquals([protocol.output.length, protocol.framesSent], [0, 0]);
    protocol.unsent = 0;
    protocol.releasePong();
    assertEquals(framesIn(takeOutput(protocol)), [`pong ${toHex(new TextEncoder().encode("ping 999"))}`]);
    protocol.releasePong();
    assertEquals([protocol.output.length, protocol.framesSent], [0, 1], "once");
  });

  it("32 a flood of pings to a peer that does not read stays within the backlog", () => {
    const protocol = protocolOf();
    const flood = concat(...Array.from({ length: 1000 }, () => pingFrame(patternOf(125))));
    for (let round = 0; round < 50; round++) {
      protocol.receive(flood);
      while (protocol.next() !== ProtocolEvent.None);
    }
    assertEquals(protocol.output.length, Math.ceil(backlog / 131) * 131);
  });

  it("32 below the backlog every ping is answered at once, what is unsent counted in", () => {
    const protocol = protocolOf();
    protocol.unsent = backlog - 8;
    afterPings(protocol, "a", "b", "c");
    assertEquals(framesIn(takeOutput(protocol)), ["pong 61", "pong 62"]);
    protocol.releasePong();
    assertEquals(framesIn(takeOutput(protocol)), ["pong 63"]);
  });

  it("32 an answer that goes out at once takes the place of an older one that waits", () => {
    const protocol = protocolOf();
    protocol.unsent = backlog;
    afterPings(protocol, "old");
    protocol.unsent = 0;
    afterPings(protocol, "new");
    protocol.releasePong();
    assertEquals(framesIn(takeOutput(protocol)), ["pong 6e 65 77"]);
  });

  it("32 the waiting answer is a copy", () => {
    const protocol = protocolOf();
    protocol.unsent = backlog;
    const chunk = pingFrame("ping");
    protocol.receive(chunk);
    protocol.next();
    chunk.fill(0);
    protocol.releasePong();
    assertEquals(framesIn(takeOutput(protocol)), ["pong 70 69 6e 67"]);
  });

  it("34 it goes out before a Close of any kind, and never after", () => {
    const endings: [string, (protocol: Protocol) => void][] = [
      ["close 03 e8", (protocol) => protocol.close(1000, "")],
      ["close 0b b9", (protocol) => (protocol.receive(closeFrame(3001)), protocol.next())],
      ["close 03 ea", (protocol) => (protocol.receive(hex("ff")), protocol.next())],
      ["close 03 e9", (protocol) => protocol.fail(new WebSocketError("Aborted", "aborted"), 1001)],
    ];
    for (const [close, end] of endings) {
      const protocol = protocolOf();
      protocol.unsent = backlog;
      afterPings(protocol, "p");
      end(protocol);
      assertEquals(framesIn(takeOutput(protocol)), ["pong 70", close]);
      protocol.unsent = 0;
      protocol.releasePong();
      assertEquals(protocol.output.length, 0);
    }
  });

  it("34 a ping that comes while closing is told and not answered", () => {
    const protocol = protocolOf();
    protocol.close(1000, "");
    takeOutput(protocol);
    afterPings(protocol, "p");
    protocol.unsent = backlog;
    afterPings(protocol, "q");
    protocol.releasePong();
    assertEquals(protocol.output.length, 0);
  });

  it("it is forgotten when the stream has ended", () => {
    const protocol = protocolOf();
    protocol.unsent = backlog;
    afterPings(protocol, "p");
    protocol.end();
    protocol.releasePong();
    assertEquals(protocol.output.length, 0);
  });
});
