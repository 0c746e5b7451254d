/**
 * Drives a {@linkcode Protocol} as a client does: every chunk handed in, every event taken, and what is in
 * `output` taken away after each. The result says all that a peer or a program could see.
 *
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import type { CloseInfo } from "../../src/core/close_info.ts";
import { MaskKeys } from "../../src/core/mask.ts";
import { Protocol, ProtocolEvent, type ProtocolOptions } from "../../src/core/protocol.ts";
import { toHex } from "../support/frames.ts";
import { chunksOf, cutsOf } from "./support_bytes.ts";
import { clientFrames } from "./support_client_frames.ts";

const names = new Map<number, string>(Object.entries(ProtocolEvent).map(([name, value]) => [value, name]));
const opcodeNames = new Map([[1, "text"], [2, "binary"], [8, "close"], [9, "ping"], [10, "pong"]]);

/** What happened, in order. */
export interface Transcript {
  /** `Text 68 69` for an event with its content, `> pong 01` for a frame that left. */
  log: string[];
  /** The bytes that left, in hexadecimal: the masking keys are the same in every run. */
  output: string;
  state: string;
  error?: { code: string; message: string; closeCode?: number };
  close: Omit<CloseInfo, "error">;
  framesReceived: number;
  framesSent: number;
}

/** How to drive. */
export interface DriveOptions {
  /** Limits other than the 1 MiB that the tests take. */
  readonly limits?: Partial<ProtocolOptions>;
  /** Called at each event, before anything after it has been read. */
  readonly react?: (protocol: Protocol, event: ProtocolEvent) => void;
}

/** A masking key source that counts, so that two runs give the same bytes. */
export function countingKeys(): MaskKeys {
  let next = 1;
  return new MaskKeys((bytes) => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = next = (next * 75 + 74) % 65537;
  });
}

/** A protocol with limits of 1 MiB and keys that repeat. */
export function protocolOf(limits: Partial<ProtocolOptions> = {}): Protocol {
  const size = 1 << 20;
  return new Protocol({
    maskKeys: countingKeys(),
    maxFrameSize: size,
    maxMessageSize: size,
    maxBufferedAmount: size,
    ...limits,
  });
}

/** Takes away what is to be sent, as a copy. */
export function takeOutput(protocol: Protocol): Uint8Array<ArrayBuffer> {
  const taken = protocol.output.bytes.slice(0, protocol.output.length);
  protocol.output.clear();
  return taken;
}

/** Frames that left, in short: `pong 01 02`, `close 03 e8`. */
export function framesIn(output: Uint8Array): string[] {
  return clientFrames(output).map(({ fin, rsv, opcode, payload }) => {
    const oddities = fin && rsv === 0 ? "" : ` fin=${fin} rsv=${rsv}`;
    return `${opcodeNames.get(opcode) ?? opcode}${oddities} ${toHex(payload)}`.trimEnd();
  });
}

/** The transcript of these chunks, each in memory that changes once it has been used up. */
export function drive(chunks: readonly Uint8Array[], options: DriveOptions = {}): Transcript {
  const protocol = protocolOf(options.limits);
  const log: string[] = [];
  let output = "";
  const flush = (): void => {
    const taken = takeOutput(protocol);
    output += toHex(taken);
    for (const frame of framesIn(taken)) log.push(`> ${frame}`);
  };
  for (const chunk of chunks) {
    const lent = chunk.slice();
    protocol.receive(lent);
    for (;;) {
      const event = protocol.next();
      if (event !== ProtocolEvent.None) {
        log.push(`${names.get(event)} ${toHex(protocol.payload.bytes)}`.trimEnd());
        options.react?.(protocol, event);
      }
      flush();
      if (event === ProtocolEvent.None) break;
    }
    lent.fill(0xff);
  }
  return { log, output, ...endOf(protocol) };
}

function endOf(protocol: Protocol): Omit<Transcript, "log" | "output"> {
  const { state, error, framesReceived, framesSent } = protocol;
  protocol.end();
  const { error: cause, ...close } = protocol.closeInfo();
  assertStrictEquals(cause, error);
  if (error === undefined) return { state, close, framesReceived, framesSent };
  const { code, message, closeCode } = error;
  return { state, error: { code, message, closeCode }, close, framesReceived, framesSent };
}

/** The transcript of a stream, which must be the same whole, byte by byte and in random pieces. */
export function driveInPieces(bytes: Uint8Array, options: DriveOptions = {}): Transcript {
  const whole = drive([bytes], options);
  assertEquals(drive(chunksOf(bytes, [...bytes.keys()]), options), whole, "byte by byte");
  fc.assert(
    fc.property(
      cutsOf(bytes.length),
      (cuts) => assertEquals(drive(chunksOf(bytes, cuts), options), whole),
    ),
    { numRuns: 10 },
  );
  return whole;
}
