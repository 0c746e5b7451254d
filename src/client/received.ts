import type { Codec } from "../channel/codec.ts";
import { EVENT_KIND } from "../channel/event_codec.ts";
import { PayloadView } from "../core/payload.ts";
import type { WebSocketEvent } from "./events.ts";

/** An event as the blocking client takes it: a payload for a handler, or an event for a reader. */
export class Received {
  /** One of `EVENT_KIND`. */
  kind: number = EVENT_KIND.activated;
  /** The content of a message, ping or pong. */
  readonly payload: PayloadView = new PayloadView();
  /** When it was received, where known. */
  receivedAt: number | undefined;
  #end: WebSocketEvent | undefined;

  /** @internal Takes a payload, bytes of its own. */
  take(kind: number, bytes: Uint8Array): this {
    this.kind = kind;
    this.payload.point(bytes, 0, bytes.length);
    return this;
  }

  /** @internal Takes an event without a payload. */
  end(kind: number, event: WebSocketEvent): this {
    this.kind = kind;
    this.#end = event;
    return this;
  }

  /** The event as an object of its own. */
  get event(): WebSocketEvent {
    switch (this.kind) {
      case EVENT_KIND.text:
        return { type: "text", data: this.payload.text };
      case EVENT_KIND.binary:
        return { type: "binary", data: this.payload.bytes };
      case EVENT_KIND.ping:
        return { type: "ping", data: this.payload.bytes };
      case EVENT_KIND.pong:
        return { type: "pong", data: this.payload.bytes };
      default:
        return this.#end!;
    }
  }
}

/** Reads the channel of events into one object, used again and again; what is kept is copied out of the channel. */
export function receivedCodec(codec: Codec<WebSocketEvent>): Codec<Received> {
  const received = new Received();
  return {
    name: codec.name,
    kind: ({ kind }) => kind,
    byteLength: () => 0,
    encode: () => {},
    decode: (kind, memory, start, end) =>
      hasPayload(kind)
        ? received.take(kind, memory.copy(start, end))
        : received.end(kind, codec.decode(kind, memory, start, end)),
  };
}

function hasPayload(kind: number): boolean {
  return kind >= EVENT_KIND.text && kind <= EVENT_KIND.pong;
}
