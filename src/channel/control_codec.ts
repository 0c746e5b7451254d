import type { CloseMessage, ControlMessage } from "../client/events.ts";
import type { Codec } from "./codec.ts";
import { Memory } from "./memory.ts";

/** The record kinds of a {@linkcode ControlMessage}; part of the format between threads. */
export const CONTROL_KIND = {
  sendText: 0,
  sendBinary: 1,
  sendPing: 2,
  sendPong: 3,
  close: 4,
  forceQuit: 5,
} as const satisfies Record<ControlMessage["type"], number>;

/** Added to the kind of a message that is not to be compressed. */
export const UNCOMPRESSED = 8;

/**
 * Control messages as records. `sendText` arrives with its text as UTF-8 bytes, ready to be framed, and
 * `sendPing` and `sendPong` without data arrive with none of it: an empty array.
 */
export const controlCodec: Codec<ControlMessage> = {
  name: "control",

  kind(message: ControlMessage): number {
    const kind = CONTROL_KIND[message.type];
    return "compress" in message && message.compress === false ? kind | UNCOMPRESSED : kind;
  },

  byteLength(message: ControlMessage): number {
    switch (message.type) {
      case "sendText":
        return typeof message.data === "string" ? Memory.textLength(message.data) : message.data.length;
      case "sendBinary":
        return message.data.length;
      case "sendPing":
      case "sendPong":
        return message.data?.length ?? 0;
      case "close":
        return Memory.textLength(closeJson(message));
      case "forceQuit":
        return 0;
    }
  },

  encode(message: ControlMessage, memory: Memory, start: number, end: number): void {
    switch (message.type) {
      case "sendText":
        if (typeof message.data === "string") memory.writeText(message.data, start, end);
        else memory.bytes.set(message.data, start);
        break;
      case "sendBinary":
      case "sendPing":
      case "sendPong":
        if (message.data !== undefined) memory.bytes.set(message.data, start);
        break;
      case "close":
        memory.writeText(closeJson(message), start, end);
    }
  },

  decode(kind: number, memory: Memory, start: number, end: number): ControlMessage {
    switch (kind) {
      case CONTROL_KIND.sendText:
        return { type: "sendText", data: memory.copy(start, end) };
      case CONTROL_KIND.sendText | UNCOMPRESSED:
        return { type: "sendText", data: memory.copy(start, end), compress: false };
      case CONTROL_KIND.sendBinary:
        return { type: "sendBinary", data: memory.copy(start, end) };
      case CONTROL_KIND.sendBinary | UNCOMPRESSED:
        return { type: "sendBinary", data: memory.copy(start, end), compress: false };
      case CONTROL_KIND.sendPing:
        return { type: "sendPing", data: memory.copy(start, end) };
      case CONTROL_KIND.sendPong:
        return { type: "sendPong", data: memory.copy(start, end) };
      case CONTROL_KIND.close:
        return { type: "close", ...JSON.parse(memory.readText(start, end)) };
      case CONTROL_KIND.forceQuit:
        return { type: "forceQuit" };
      default:
        throw new RangeError(`control channel: unknown record kind: ${kind}`);
    }
  },
};

function closeJson({ code, reason }: CloseMessage): string {
  return JSON.stringify({ code, reason });
}
