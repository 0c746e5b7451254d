import { WebSocketError } from "../core/errors.ts";
import type { Codec } from "./codec.ts";
import { controlCodec } from "./control_codec.ts";
import { eventCodec } from "./event_codec.ts";

/** The type of a channel's items, for the type checker alone. */
declare const itemType: unique symbol;

/** What one end of a channel is in a message to another thread: plain data that `postMessage` can clone. */
export interface ChannelHandle<T> {
  /** The memory that both ends share. */
  readonly memory: SharedArrayBuffer;
  /** Name of the codec of the channel's items. */
  readonly codec: string;
  /** @internal Never there. */
  readonly [itemType]?: T;
}

/** Opens a {@linkcode Sender} in another thread. */
export interface SenderHandle<T> extends ChannelHandle<T> {
  /** Tells the ends apart. */
  readonly end: "sender";
}

/** Opens a {@linkcode Receiver} in another thread. */
export interface ReceiverHandle<T> extends ChannelHandle<T> {
  /** Tells the ends apart. */
  readonly end: "receiver";
}

/** The codec that a handle names: the one given, or one that this module brings along. */
export function codecOf<T>(handle: ChannelHandle<T>, given: Codec<T> | undefined): Codec<T> {
  const known: readonly Codec<never>[] = [eventCodec as Codec<never>, controlCodec as Codec<never>];
  const codec = given ?? known.find(({ name }) => name === handle.codec) as Codec<T> | undefined;
  if (codec !== undefined && codec.name === handle.codec) return codec;
  throw new WebSocketError(
    "InvalidConfiguration",
    `channel handle: needs the codec named "${handle.codec}"` + (given ? `, not "${given.name}"` : ""),
  );
}
