import process from "node:process";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { createChannel } from "../../src/channel/channel.ts";
import { bytesCodec } from "./bytes_codec.ts";
import { checkNumbered } from "./numbered.ts";
import { bounded, OtherThread } from "./other_thread.ts";
import { newSeed, Random } from "./random.ts";

const MEBIBYTE = 1024 * 1024;
// `S9_CHANNEL_MIB=1024` for the long run.
const total = Number(process.env.S9_CHANNEL_MIB ?? 64) * MEBIBYTE;
const maxLength = 60_000;
// One message in twenty is long, 30,000 bytes on the average; the others have 32 and a header of 8.
const count = Math.ceil(total / (maxLength / 2 / 20 + 40));

describe("channel: volume", () => {
  it(`passes ${total / MEBIBYTE} MiB through 64 KiB to a slow receiver`, { timeout: 600_000 }, async () => {
    const seed = newSeed();
    console.log(`S9_SEED=${seed}`);
    const random = new Random(seed);
    const { sender, receiver } = createChannel(bytesCodec, { capacity: 64 * 1024 });
    const thread = await OtherThread.start({
      ...{ job: "send", handle: sender.handle(), sender: 0, count, maxLength, style: "sync", seed },
    });
    sender.release();
    const pauseWord = new Int32Array(new SharedArrayBuffer(4));
    let received = 0;
    let bytes = 0;
    await bounded(
      (async () => {
        for await (const message of receiver) {
          const { index } = checkNumbered(message);
          if (index !== received) assertEquals(index, received);
          received++;
          bytes += message.length;
          if (random.below(2000) === 0) Atomics.wait(pauseWord, 0, 0, 2);
        }
      })(),
      "volume",
      600_000,
    );
    assertEquals([received, await thread.result()], [count, count]);
    console.log(`${(bytes / MEBIBYTE).toFixed(1)} MiB in ${received} messages`);
  });
});
