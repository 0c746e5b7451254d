/**
 * Streams of compressed messages, made and read by the runtime's public zlib: it shares with `src/` nothing but that.
 *
 * @module
 */
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { assert } from "@std/assert";
import { MaskKeys } from "../../src/core/mask.ts";
import { PerMessageDeflate } from "../../src/core/deflate.ts";
import type { DeflateCodec } from "../../src/core/deflate_codec.ts";
import type { DeflateAgreement } from "../../src/core/deflate_offer.ts";
import { Protocol, ProtocolEvent, type ProtocolOptions } from "../../src/core/protocol.ts";
import { zlibCodec } from "../../src/zlib/zlib_codec.ts";
import { type FrameOverrides, opcodes, textFrame } from "../support/frames.ts";

/** How the tests' protocols compress; the rest is as in the options' defaults. */
export interface DeflateProtocolOptions
  extends Partial<DeflateAgreement>, Partial<Omit<ProtocolOptions, "deflate">> {
  readonly codec?: DeflateCodec;
  readonly threshold?: number;
  readonly level?: number;
  readonly memLevel?: number;
}

const MIB = 1024 * 1024;

/** Compression as agreed on, for one connection. */
export function perMessageDeflate(options: DeflateProtocolOptions = {}): PerMessageDeflate {
  return new PerMessageDeflate({
    codec: options.codec ?? zlibCodec(),
    agreement: {
      serverNoContextTakeover: options.serverNoContextTakeover ?? false,
      clientNoContextTakeover: options.clientNoContextTakeover ?? false,
      serverMaxWindowBits: options.serverMaxWindowBits ?? 15,
      clientMaxWindowBits: options.clientMaxWindowBits ?? 15,
    },
    threshold: options.threshold ?? 0,
    level: options.level ?? 6,
    memLevel: options.memLevel ?? 8,
  });
}

/** zlib, and what is asked of it: streams that are open, the room given for each write, and bytes that came out. */
export function countingCodec(): {
  codec: DeflateCodec;
  open: () => number;
  rooms: () => readonly number[];
  produced: () => number;
} {
  const rooms: number[] = [];
  let open = 0;
  let produced = 0;
  const counted = (stream: ReturnType<DeflateCodec["createInflater"]>) => {
    open++;
    return {
      get consumed() {
        return stream.consumed;
      },
      get produced() {
        return stream.produced;
      },
      write(...parameters: Parameters<typeof stream.write>) {
        rooms.push(parameters[5]);
        stream.write(...parameters);
        produced += stream.produced;
      },
      reset: () => stream.reset(),
      close() {
        open--;
        assert(open >= 0);
        stream.close();
      },
    };
  };
  const codec: DeflateCodec = {
    createInflater: (options) => counted(zlibCodec().createInflater(options)),
    createDeflater: (options) => counted(zlibCodec().createDeflater(options)),
  };
  return { codec, open: () => open, rooms: () => rooms, produced: () => produced };
}

/** A protocol, open, that agreed on compression. */
export function deflateProtocol(options: DeflateProtocolOptions = {}): Protocol {
  return new Protocol({
    maskKeys: new MaskKeys((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)),
    maxFrameSize: MIB,
    maxMessageSize: MIB,
    maxBufferedAmount: 4 * MIB,
    ...options,
    deflate: perMessageDeflate(options),
  });
}

/** The messages in `bytes`, as `text hello` or `binary 5`; a failure as `LimitExceeded 1009`. */
export function told(protocol: Protocol, bytes: Uint8Array): string[] {
  const lines: string[] = [];
  protocol.receive(bytes);
  for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
    if (event === ProtocolEvent.Text) lines.push(`text ${protocol.payload.text}`);
    else if (event === ProtocolEvent.Binary) lines.push(`binary ${protocol.payload.byteLength}`);
    else if (event === ProtocolEvent.Failed) {
      lines.push(`${protocol.error!.code} ${protocol.error!.closeCode}`);
      break;
    } else lines.push(`control ${event}`);
  }
  return lines;
}

/** A text frame with RSV1 and this payload. */
export function compressedFrame(
  payload: Uint8Array,
  overrides: FrameOverrides = {},
): Uint8Array<ArrayBuffer> {
  return textFrame(payload, { rsv: 4, ...overrides });
}

/** A message's payload compressed by itself (RFC 7692 §7.2.1). */
export function deflated(text: string | Uint8Array, options: object = {}): Uint8Array {
  if (text.length === 0) return Uint8Array.of(0);
  return deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);
}

/** What payloads that refer to each other inflate to, one after the other (§7.2.2). */
export class ReferenceInflater {
  #before = new Uint8Array(0);
  #length = 0;

  /** Inflates one payload; all before it come first, so that it may refer to them. */
  inflate(payload: Uint8Array): Uint8Array {
    const tail = Uint8Array.of(0, 0, 0xff, 0xff);
    const all = new Uint8Array([...this.#before, ...payload, ...tail]);
    const inflated = inflateRawSync(all, { finishFlush: constants.Z_SYNC_FLUSH });
    const message = new Uint8Array(inflated.subarray(this.#length));
    this.#before = all;
    this.#length = inflated.length;
    return message;
  }
}

export { opcodes };
