import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { concat, continuationFrame, hex } from "../support/frames.ts";
import {
  compressedFrame,
  countingCodec,
  type DeflateProtocolOptions,
  perMessageDeflate,
  ReferenceInflater,
  told,
} from "./deflate_support.ts";
import { clientFrames } from "./support_client_frames.ts";
import { protocolOf, takeOutput } from "./support_transcript.ts";

const hello = hex("f2 48 cd c9 c9 07 00");
/** Hello once more, where the window still has the one before. */
const again = hex("f2 00 11 00 00");

/** A protocol, how it compresses, and how many streams that has open. */
function connection(options: DeflateProtocolOptions = {}) {
  const { codec, open } = countingCodec();
  const deflate = perMessageDeflate({ codec, ...options });
  return { deflate, open, protocol: protocolOf({ deflate }) };
}

describe("deflate between messages", () => {
  it("takes memory when it is first needed, for each direction, and says so", () => {
    const { deflate, open, protocol } = connection();
    let acquired = 0;
    deflate.onAcquire = () => acquired++;
    assertEquals([open(), acquired, deflate.releasable], [0, 0, false]);
    for (let count = 0; count < 2; count++) protocol.sendText("Hello");
    assertEquals([open(), acquired], [1, 1]);
    told(protocol, concat(compressedFrame(hello), compressedFrame(again)));
    assertEquals([open(), acquired], [2, 2]);
  });

  it("gives back the deflater's, and takes it again", () => {
    const { deflate, open, protocol } = connection();
    const inflater = new ReferenceInflater();
    for (let count = 0; count < 3; count++) {
      protocol.sendText("Hello");
      const [frame] = clientFrames(takeOutput(protocol));
      assertEquals(new TextDecoder().decode(inflater.inflate(frame!.payload)), "Hello");
      assertEquals([deflate.releasable, open()], [true, 1]);
      deflate.releaseIdle();
      assertEquals([deflate.releasable, open()], [false, 0]);
    }
  });

  it("keeps the inflater's where the server may refer to earlier messages", () => {
    const { deflate, open, protocol } = connection();
    told(protocol, compressedFrame(hello));
    assertEquals(deflate.releasable, false);
    deflate.releaseIdle();
    assertEquals(open(), 1);
    assertEquals(told(protocol, compressedFrame(again)), ["text Hello"]);
  });

  it("gives back the inflater's where the server may not, but not within a message", () => {
    const { deflate, open, protocol } = connection({ serverNoContextTakeover: true });
    for (let count = 0; count < 2; count++) {
      assertEquals(told(protocol, compressedFrame(hello.subarray(0, 3), { fin: false })), []);
      assertEquals(deflate.releasable, false);
      deflate.releaseIdle();
      assertEquals(open(), 1);
      assertEquals(told(protocol, continuationFrame(hello.subarray(3))), ["text Hello"]);
      assertEquals(deflate.releasable, true);
      deflate.releaseIdle();
      assertEquals([deflate.releasable, open()], [false, 0]);
    }
  });

  it("counts messages and bytes, compressed and not", () => {
    const { deflate, protocol } = connection();
    const { receiver, sender } = deflate;
    const counts = () => [
      deflate.messages,
      [receiver.messages, receiver.compressedBytes, receiver.uncompressedBytes],
      [sender.messages, sender.compressedBytes, sender.uncompressedBytes],
    ];
    assertEquals(counts(), [0, [0, 0, 0], [0, 0, 0]]);
    told(protocol, compressedFrame(hello.subarray(0, 3), { fin: false }));
    assertEquals(counts(), [0, [0, 3, 0], [0, 0, 0]]);
    told(protocol, concat(continuationFrame(hello.subarray(3)), compressedFrame(again)));
    assertEquals(counts(), [2, [2, 12, 10], [0, 0, 0]]);
    protocol.sendText("Hello");
    assertEquals(counts(), [3, [2, 12, 10], [1, 7, 5]]);
    protocol.beginMessage(2);
    protocol.sendPart(new Uint8Array(1000), false);
    assertEquals([deflate.messages, sender.uncompressedBytes], [3, 1005]);
    protocol.sendPart(new Uint8Array(1000), true);
    assertEquals([deflate.messages, sender.uncompressedBytes], [4, 2005]);
    const parts = clientFrames(takeOutput(protocol)).slice(1).map(({ payload }) => payload.length);
    assertEquals(sender.compressedBytes, 7 + parts[0]! + parts[1]!);
  });
});
