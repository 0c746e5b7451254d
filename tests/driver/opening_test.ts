import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { NonBlockingClient, type Transport, WebSocketError } from "../../mod.ts";
import { textFrame } from "../support/frames.ts";
import { answerTo, parseRequest } from "../support/raw_server_http.ts";
import { RecordingStream } from "../support/recording_transport.ts";
import { describeFrames } from "../client/client_frames.ts";
import { bounded, turn } from "../client/setup.ts";

/** A transport that hands over this stream at once. */
function leadingTo(stream: RecordingStream): Transport {
  return { name: "recording", unsupported: [], connect: () => Promise.resolve(stream) };
}

function answerFor(stream: RecordingStream, append?: Uint8Array): Uint8Array {
  return answerTo(parseRequest(new TextDecoder().decode(stream.written)), { append });
}

async function connecting(
  stream: RecordingStream,
  signal?: AbortSignal,
): Promise<Promise<NonBlockingClient>[]> {
  const client = NonBlockingClient.connect("ws://recorded.example", {
    transport: leadingTo(stream),
    signal,
    handshakeTimeout: 3000,
  });
  client.catch(() => {});
  while (stream.writes.length === 0) await turn();
  // Boxed: an async function would wait for it.
  return [client];
}

describe("the opening handshake on a stream", () => {
  it("the request is one write, and nothing is read behind the answer", async () => {
    const stream = new RecordingStream();
    const [connected] = await connecting(stream);
    assertEquals(stream.writes.length, 1);
    assertEquals(stream.calls, ["resume"]);
    stream.sink.onData(answerFor(stream));
    const client = await bounded("connect", connected!);
    assertEquals([stream.calls, stream.writes.length], [["resume", "pause"], 1]);
    client.forceQuit();
  });

  it("answered while the request is still lent: nothing is written before it has been taken", async () => {
    const stream = new RecordingStream({ room: 10 });
    const [connected] = await connecting(stream);
    let isOpen = false;
    void connected!.then(() => isOpen = true);
    stream.sink.onData(answerFor(stream, textFrame("hello")));
    await turn();
    assertEquals([isOpen, stream.calls], [false, ["resume", "pause"]]);
    stream.room = Infinity;
    stream.take(stream.unsent);
    const client = await bounded("connect", connected!);
    client.sendText("after");
    assertEquals(describeFrames(stream.writes[1]!), ["1 after"]);
    const texts: string[] = [];
    const running = client.run({ onTextMessage: (_, { text }) => void texts.push(text) });
    assertEquals(texts, ["hello"]);
    client.forceQuit();
    await bounded("the client to end", running);
  });

  it("a connection that is lost while the request is still lent fails the handshake", async () => {
    for (const answered of [false, true]) {
      const stream = new RecordingStream({ room: 10 });
      const [connected] = await connecting(stream);
      if (answered) stream.sink.onData(answerFor(stream));
      stream.sink.onClose(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
      const error = await assertRejects(() => bounded("connect", connected!), WebSocketError);
      assertEquals(error.code, "HandshakeFailed");
    }
  });

  it("a signal that was aborted when the stream comes: nothing is sent on it, and it is dropped", async () => {
    const stream = new RecordingStream();
    const controller = new AbortController();
    const transport: Transport = {
      ...leadingTo(stream),
      connect: () => {
        controller.abort(new Error("enough"));
        return Promise.resolve(stream);
      },
    };
    const { signal } = controller;
    const error = await assertRejects(
      () => bounded("connect", NonBlockingClient.connect("ws://recorded.example", { transport, signal })),
      WebSocketError,
    );
    assertEquals([error.code, (error.cause as Error).message], ["Aborted", "enough"]);
    assertEquals([stream.writes, stream.calls], [[], ["destroy"]]);
  });

  it("a signal that aborts right behind the answer is not missed", async () => {
    const stream = new RecordingStream();
    const controller = new AbortController();
    const [connected] = await connecting(stream, controller.signal);
    stream.sink.onData(answerFor(stream));
    controller.abort();
    const error = await assertRejects(async () => {
      const client = await bounded("connect", connected!);
      await bounded("the client to end", client.run({}));
    }, WebSocketError);
    assertEquals(error.code, "Aborted");
    assert(stream.calls.includes("destroy"));
  });
});
