/**
 * Drives a {@linkcode MessageDecoder} by itself.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import { MessageDecoder, type MessageLimits } from "../../src/core/message_decoder.ts";
import { toHex } from "../support/frames.ts";

/** 2^20, in bytes. */
export const MIB = 1024 * 1024;

/** A decoder with limits of 1 MiB. */
export function decoderOf(limits: Partial<MessageLimits> = {}): MessageDecoder {
  return new MessageDecoder({ maxFrameSize: MIB, maxMessageSize: MIB, ...limits });
}

/** All that is in a chunk, as `1 68 69`: opcode and content. */
export function eventsIn(decoder: MessageDecoder, chunk: Uint8Array): string[] {
  const events: string[] = [];
  decoder.push(chunk);
  for (let opcode; (opcode = decoder.next()) !== 0;) {
    events.push(`${opcode} ${toHex(decoder.payload.bytes)}`.trimEnd());
  }
  return events;
}

/** The error that a stream must end with, the same whole and byte by byte, and at which byte it comes. */
export function refusalOf(
  bytes: Uint8Array,
  limits: Partial<MessageLimits> = {},
): [closeCode: number, at: number] {
  const whole = assertThrows(() => eventsIn(decoderOf(limits), bytes), WebSocketError);
  const decoder = decoderOf(limits);
  for (const [at, byte] of bytes.entries()) {
    try {
      eventsIn(decoder, Uint8Array.of(byte));
    } catch (error) {
      assert(error instanceof WebSocketError);
      assertEquals([error.message, error.closeCode], [whole.message, whole.closeCode]);
      return [error.closeCode!, at];
    }
  }
  return assert(false, "not refused byte by byte") as never;
}
