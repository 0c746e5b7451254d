import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import { OpeningHandshake } from "../../src/core/handshake.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";
import { Upgrade } from "../../src/driver/upgrade.ts";
import { textFrame } from "../support/frames.ts";
import { answerTo, parseRequest } from "../support/raw_server_http.ts";
import { RecordingStream } from "../support/recording_transport.ts";

/** An upgrade whose request has been sent, or lent, and how it ended. */
function upgrade(room = Infinity) {
  const stream = new RecordingStream({ room });
  const handshake = new OpeningHandshake({
    url: parseWebSocketUrl("ws://recorded.example"),
    random: (bytes) => void bytes.fill(7),
  });
  const ends: string[] = [];
  const subject = new Upgrade(stream, handshake, {
    onOpen: (leftover) => void ends.push(`open, ${leftover.length} more`),
    onFail: (error) => {
      const { code, response } = error as WebSocketError;
      ends.push(`${code} ${response?.status ?? ""}`.trimEnd());
    },
  });
  subject.start();
  const answer = answerTo(parseRequest(new TextDecoder().decode(handshake.request)), {
    append: textFrame("hi"),
  });
  return { stream, subject, ends, answer };
}

const timeout = new WebSocketError("Timeout", "too late");
const aborted = new WebSocketError("Aborted", "enough");
const half = new TextEncoder().encode("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot");

describe("an upgrade that is given up", () => {
  it("for time: what the server has answered so far says more", () => {
    const { stream, subject, ends } = upgrade();
    stream.sink.onData(half);
    subject.giveUp(timeout);
    assertEquals([ends, stream.calls], [["HandshakeFailed 404"], ["resume", "destroy"]]);
  });

  it("for time: without an answer it was the time", () => {
    const { stream, subject, ends } = upgrade();
    stream.sink.onData(half.subarray(0, 10));
    subject.giveUp(timeout);
    assertEquals(ends, ["Timeout"]);
  });

  it("by the program: that is why, whatever was answered", () => {
    const { stream, subject, ends } = upgrade();
    stream.sink.onData(half);
    subject.giveUp(aborted);
    assertEquals(ends, ["Aborted"]);
  });
});

describe("an upgrade has one end", () => {
  it("opened when it is answered and the request was taken, whichever is first", () => {
    const { stream, ends, answer } = upgrade(10);
    stream.sink.onData(answer);
    assertEquals(ends, []);
    stream.take(stream.unsent);
    assertEquals(ends, ["open, 4 more"]);

    const other = upgrade(10);
    other.stream.take(other.stream.unsent);
    assertEquals(other.ends, []);
    other.stream.sink.onData(other.answer);
    assertEquals(other.ends, ["open, 4 more"]);
  });

  it("failed before the request was taken: that it is taken then opens nothing", async () => {
    const { stream, subject, ends, answer } = upgrade(10);
    stream.sink.onData(answer);
    subject.giveUp(aborted);
    stream.sink.onWritable();
    // The stream tells that it is gone, and it may end before.
    stream.sink.onEnd();
    await Promise.resolve();
    assertEquals(ends, ["Aborted"]);
  });
});
