import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { MaskKeys } from "../../src/core/mask.ts";
import { Protocol } from "../../src/core/protocol.ts";
import { Outbox } from "../../src/driver/outbox.ts";
import { pingFrame } from "../support/frames.ts";
import { RecordingStream } from "../support/recording_transport.ts";
import { describeFrames } from "../client/client_frames.ts";

function outbox(room = Infinity) {
  const protocol = new Protocol({
    maxFrameSize: 1 << 20,
    maxMessageSize: 1 << 20,
    maxBufferedAmount: 1 << 20,
    maskKeys: new MaskKeys((bytes) => void crypto.getRandomValues(bytes)),
  });
  const stream = new RecordingStream({ room });
  const subject = new Outbox(protocol, stream);
  stream.attach({ onData() {}, onEnd() {}, onClose() {}, onWritable: () => subject.onWritable() });
  const send = (text: string) => {
    protocol.sendText(text);
    subject.flush();
  };
  return { protocol, stream, subject, send };
}

describe("outbox", () => {
  it("writes at once what the stream takes at once", () => {
    const { stream, subject, send } = outbox();
    send("a");
    send("b");
    assertEquals(stream.writes.map(describeFrames), [["1 a"], ["1 b"]]);
    assertEquals([subject.waiting, subject.bytesSent], [0, 14]);
    subject.flush();
    assertEquals(stream.writes.length, 2);
  });

  it("what comes while something is lent leaves together, in order, when it has been taken", () => {
    const { stream, subject, send } = outbox(3);
    for (const text of ["a", "b", "c", "d"]) send(text);
    assertEquals([stream.writes.length, subject.waiting], [1, 4 + 21]);
    stream.take(2);
    assertEquals(subject.waiting, 2 + 21);
    stream.room = Infinity;
    stream.take(2);
    assertEquals(stream.writes.map(describeFrames), [["1 a"], ["1 b", "1 c", "1 d"]]);
    assertEquals([subject.waiting, subject.bytesSent], [0, 28]);
  });

  it("lent memory is not touched by what is sent meanwhile, whatever is taken when", () => {
    for (const step of [1, 2, 3, 5]) {
      const { stream, subject, send } = outbox(0);
      const texts = Array.from({ length: 50 }, (_, index) => `message ${index} `.repeat(index));
      for (const text of texts) {
        send(text);
        if (stream.unsent > 0) stream.take(Math.min(step, stream.unsent));
      }
      while (stream.unsent > 0) stream.take(Math.min(step * 1000, stream.unsent));
      assertEquals(describeFrames(stream.written), texts.map((text) => `1 ${text}`.trimEnd()));
      assertEquals(subject.waiting, 0);
    }
  });

  it("a stream that is gone and still tells that it takes bytes gets none", () => {
    const { protocol, stream, subject, send } = outbox(3);
    send("a");
    send("b");
    subject.discard();
    subject.onWritable();
    assertEquals([stream.writes.length, subject.waiting, subject.pending], [1, 0, false]);
    assertEquals([protocol.unsent, protocol.output.length], [0, 0]);
  });

  it("corked: nothing is written until as many uncorks", () => {
    const { stream, subject, send } = outbox();
    subject.cork();
    subject.cork();
    send("a");
    subject.uncork();
    send("b");
    assertEquals([stream.writes.length, subject.waiting], [0, 14]);
    subject.uncork();
    assertEquals(stream.writes.map(describeFrames), [["1 a", "1 b"]]);
  });

  it("corked while something is lent: it waits for both", () => {
    const { stream, subject, send } = outbox(3);
    send("a");
    subject.cork();
    send("b");
    stream.room = Infinity;
    stream.take(stream.unsent);
    assertEquals(stream.writes.length, 1);
    subject.uncork();
    assertEquals(stream.writes.map(describeFrames), [["1 a"], ["1 b"]]);
  });

  it("a pong that had to wait leaves behind what was lent", () => {
    const { protocol, stream, subject, send } = outbox(0);
    send("x".repeat(20_000));
    for (const payload of ["old", "latest"]) {
      protocol.receive(pingFrame(payload));
      while (protocol.next() !== 0);
      subject.flush();
    }
    stream.room = Infinity;
    stream.take(stream.unsent);
    assertEquals(stream.writes.slice(1).map(describeFrames), [["10 latest"]]);
  });

  it("a pong that had to wait for what is corked leaves with it", () => {
    const { protocol, stream, subject, send } = outbox();
    subject.cork();
    send("x".repeat(20_000));
    protocol.receive(pingFrame("p"));
    while (protocol.next() !== 0);
    subject.flush();
    subject.uncork();
    assertEquals(describeFrames(stream.written).slice(1), ["10 p"]);
  });

  it("discarded: nothing waits, nothing is written", () => {
    const { stream, subject, send } = outbox(3);
    send("a");
    send("b");
    subject.discard();
    assertEquals([subject.waiting, stream.writes.length], [0, 1]);
  });
});
