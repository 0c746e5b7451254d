import type { Codec } from "../channel/codec.ts";
import { EVENT_KIND, isPart, partOf } from "../channel/event_codec.ts";
import { PartView } from "../core/message_part.ts";
import type { WebSocketEvent } from "./events.ts";

/** An event as the blocking client takes it: a payload for a handler, or an event for a reader. */
export class Received {
  /** One of `EVENT_KIND`. */
  kind: number = EVENT_KIND.activated;
  /** The content of a message, part, ping or pong. */
  readonly payload: PartView = new PartView();
  /** When it was received, where known. */
  receivedAt: number | undefined;
  #end: WebSocketEvent | undefined;
  #isBorrowed = false;

  /** @internal Takes a payload, bytes of its own. */
  take(kind: number, bytes: Uint8Array): this {
    this.kind = kind;
    this.#isBorrowed = false;
    this.payload.point(bytes, 0, bytes.length);
    return this;
  }

  /** @internal Takes a payload that is overwritten by the next one. */
  borrow(kind: number, bytes: Uint8Array, length: number): this {
    this.kind = kind;
    this.#isBorrowed = true;
    this.payload.point(bytes, 0, length);
    return this;
  }

  /** @internal Takes an event without a payload. */
  end(kind: number, event: WebSocketEvent): this {
    this.kind = kind;
    this.#end = event;
    return this;
  }

  /** Whether it is a message or a part of one, as nearly everything is. */
  get isMessage(): boolean {
    return this.kind === EVENT_KIND.text || this.kind === EVENT_KIND.binary || isPart(this.kind);
  }

  /** The event as an object of its own. */
  get event(): WebSocketEvent {
    switch (this.kind) {
      case EVENT_KIND.text:
        return { type: "text", data: this.payload.text };
      case EVENT_KIND.binary:
        return { type: "binary", data: this.#bytes };
      case EVENT_KIND.ping:
        return { type: "ping", data: this.#bytes };
      case EVENT_KIND.pong:
        return { type: "pong", data: this.#bytes };
      default:
        return isPart(this.kind) ? this.#part : this.#end!;
    }
  }

  get #part(): WebSocketEvent {
    const { type, first, final } = partOf(this.kind);
    return type === "text"
      ? { type: "textPart", data: this.payload.text, first, final }
      : { type: "binaryPart", data: this.#bytes, first, final };
  }

  /** The part of a message that it is, for a handler. */
  get part(): PartView {
    const { type, first, final } = partOf(this.kind);
    this.payload.describe(type, first, final);
    return this.payload;
  }

  get #bytes(): Uint8Array {
    return this.#isBorrowed ? this.payload.copy() : this.payload.bytes;
  }
}

/** Longer payloads are copied into memory of their own. */
const SHORT = 4096;

/** Reads the channel of events into one object, used again and again; a short payload into memory used again too. */
export function receivedCodec(codec: Codec<WebSocketEvent>): Codec<Received> {
  const received = new Received();
  const short = new Uint8Array(SHORT);
  return {
    name: codec.name,
    kind: ({ kind }) => kind,
    byteLength: () => 0,
    encode: () => {},
    decode(kind, memory, start, end): Received {
      if (!hasPayload(kind)) return received.end(kind, codec.decode(kind, memory, start, end));
      if (end - start > SHORT) return received.take(kind, memory.copy(start, end));
      short.set(memory.bytes.subarray(start, end));
      return received.borrow(kind, short, end - start);
    },
  };
}

function hasPayload(kind: number): boolean {
  return (kind >= EVENT_KIND.text && kind <= EVENT_KIND.pong) || isPart(kind);
}
