import { eventCodec } from "../../src/channel/event_codec.ts";
import { createChannel } from "../../src/channel/channel.ts";

for (const size of [64, 1024]) {
  const { sender, receiver } = createChannel(eventCodec, { capacity: 1024 * 1024 });
  const event = { type: "binary", data: new Uint8Array(size) } as const;
  Deno.bench(`a binary event of ${size} B through a channel, one thread`, () => {
    sender.trySend(event);
    receiver.tryReceive();
  });
}
