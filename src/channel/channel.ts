import type { Codec } from "./codec.ts";
import { Receiver } from "./receiver.ts";
import { Ring } from "./ring.ts";
import { Sender } from "./sender.ts";
import type { WaitingOptions } from "./waiting.ts";

/** The settings of a new channel. */
export interface ChannelOptions extends WaitingOptions {
  /** Room for messages in bytes, each with 8 bytes of header and padded to 8; rounded up to a power of two. */
  readonly capacity: number;
}

/** The two ends of a channel. */
export interface Channel<T> {
  /** Where messages go in. */
  readonly sender: Sender<T>;
  /** Where messages come out. */
  readonly receiver: Receiver<T>;
}

/** Makes a channel. Both ends are open in this thread; `handle()` opens more of them, in any thread. */
export function createChannel<T>(codec: Codec<T>, options: ChannelOptions): Channel<T> {
  const memory = Ring.create(options.capacity).shared;
  const end = { ...options, codec };
  return {
    sender: Sender.from({ end: "sender", memory, codec: codec.name }, end),
    receiver: Receiver.from({ end: "receiver", memory, codec: codec.name }, end),
  };
}
