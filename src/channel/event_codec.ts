import type { WebSocketEvent } from "../client/events.ts";
import type { Codec } from "./codec.ts";
import { fromCloseRecord, fromErrorRecord, toCloseRecord, toErrorRecord } from "./error_record.ts";
import { Memory } from "./memory.ts";

/** The record kinds of a {@linkcode WebSocketEvent}; part of the format between threads. */
export const EVENT_KIND = {
  activated: 0,
  text: 1,
  binary: 2,
  ping: 3,
  pong: 4,
  closed: 5,
  error: 6,
  quit: 7,
  textPart: 8,
  binaryPart: 12,
} as const satisfies Record<WebSocketEvent["type"], number>;

/** Added to the kind of a part that its message begins with, */
const FIRST = 1;
/** or ends with. */
const FINAL = 2;

/** The kind of a part's record. */
export function partKind(type: "text" | "binary", first: boolean, final: boolean): number {
  return (type === "text" ? EVENT_KIND.textPart : EVENT_KIND.binaryPart) | (first ? FIRST : 0) |
    (final ? FINAL : 0);
}

/** Whether a record holds a part of a message. */
export function isPart(kind: number): boolean {
  return kind >= EVENT_KIND.textPart && kind <= (EVENT_KIND.binaryPart | FIRST | FINAL);
}

/** What {@linkcode partKind} was made of. */
export function partOf(kind: number): { type: "text" | "binary"; first: boolean; final: boolean } {
  const type = kind < EVENT_KIND.binaryPart ? "text" : "binary";
  return { type, first: (kind & FIRST) !== 0, final: (kind & FINAL) !== 0 };
}

/**
 * Events as records. Text is UTF-8, so a lone surrogate arrives as U+FFFD; bytes are themselves; what ends
 * a connection is JSON, since it happens once.
 */
export const eventCodec: Codec<WebSocketEvent> = {
  name: "event",

  kind(event: WebSocketEvent): number {
    if (event.type === "textPart") return partKind("text", event.first, event.final);
    if (event.type === "binaryPart") return partKind("binary", event.first, event.final);
    return EVENT_KIND[event.type];
  },

  byteLength(event: WebSocketEvent): number {
    switch (event.type) {
      case "text":
      case "textPart":
        return Memory.textLength(event.data);
      case "binary":
      case "binaryPart":
      case "ping":
      case "pong":
        return event.data.length;
      case "closed":
      case "error":
        return Memory.textLength(endJson(event));
      default:
        return 0;
    }
  },

  encode(event: WebSocketEvent, memory: Memory, start: number, end: number): void {
    switch (event.type) {
      case "text":
      case "textPart":
        memory.writeText(event.data, start, end);
        break;
      case "binary":
      case "binaryPart":
      case "ping":
      case "pong":
        memory.bytes.set(event.data, start);
        break;
      case "closed":
      case "error":
        memory.writeText(endJson(event), start, end);
    }
  },

  decode(kind: number, memory: Memory, start: number, end: number): WebSocketEvent {
    switch (kind) {
      case EVENT_KIND.activated:
        return { type: "activated" };
      case EVENT_KIND.text:
        return { type: "text", data: memory.readText(start, end) };
      case EVENT_KIND.binary:
        return { type: "binary", data: memory.copy(start, end) };
      case EVENT_KIND.ping:
        return { type: "ping", data: memory.copy(start, end) };
      case EVENT_KIND.pong:
        return { type: "pong", data: memory.copy(start, end) };
      case EVENT_KIND.closed:
        return { type: "closed", close: fromCloseRecord(JSON.parse(memory.readText(start, end))) };
      case EVENT_KIND.error:
        return { type: "error", error: fromErrorRecord(JSON.parse(memory.readText(start, end))) };
      case EVENT_KIND.quit:
        return { type: "quit" };
      default:
        if (isPart(kind)) return partEvent(kind, memory, start, end);
        throw new RangeError(`event channel: unknown record kind: ${kind}`);
    }
  },
};

function partEvent(kind: number, memory: Memory, start: number, end: number): WebSocketEvent {
  const { type, first, final } = partOf(kind);
  return type === "text"
    ? { type: "textPart", data: memory.readText(start, end), first, final }
    : { type: "binaryPart", data: memory.copy(start, end), first, final };
}

function endJson(event: WebSocketEvent & { type: "closed" | "error" }): string {
  return JSON.stringify(event.type === "closed" ? toCloseRecord(event.close) : toErrorRecord(event.error));
}
