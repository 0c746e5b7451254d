import type { Codec } from "../channel/codec.ts";
import { eventCodec } from "../channel/event_codec.ts";
import type { WebSocketEvent } from "../client/events.ts";
import { WebSocketError } from "../core/errors.ts";

/** The reason of an abort cannot travel between threads, but the thread whose signal it is knows it. */
export function withReason(error: WebSocketError, signal: AbortSignal | undefined): WebSocketError {
  if (error.code !== "Aborted" || signal === undefined) return error;
  return new WebSocketError("Aborted", error.message, { cause: signal.reason });
}

/** Reads events as the thread does whose signal it is. */
export function eventCodecWithReason(signal: AbortSignal | undefined): Codec<WebSocketEvent> {
  if (signal === undefined) return eventCodec;
  return {
    ...eventCodec,
    decode(kind, memory, start, end): WebSocketEvent {
      const event = eventCodec.decode(kind, memory, start, end);
      return event.type === "error" ? { ...event, error: withReason(event.error, signal) } : event;
    },
  };
}
