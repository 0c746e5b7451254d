import { checkBytes, checkTextBytes } from "./check_send.ts";
import type { DeflateProfile, DeflateSender } from "./deflate_sender.ts";
import { WebSocketError } from "./errors.ts";
import { OutputBuffer } from "./output_buffer.ts";

/** Where a message is put that is to be compressed. */
const deflated = new OutputBuffer();

/**
 * A message made ready once, by {@linkcode prepareText} or {@linkcode prepareBinary}, to be sent by many clients, each any
 * number of times. What is done once is the encoding and the check of a text, and the compression for connections that
 * agreed on `client_no_context_takeover` (see `perMessageDeflate`): elsewhere what is compressed depends on what was sent
 * before. What cannot be done once is the masking: each frame has a key of its own (RFC 6455 §5.3).
 *
 * @example
 * ```ts
 * import { NonBlockingClient, prepareText } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed");
 * const message = prepareText(JSON.stringify({ hello: "everybody" }));
 * for (const each of [client]) each.sendPrepared(message);
 * await client.run({ onTextMessage: (client) => client.close() });
 * ```
 */
export class PreparedMessage {
  /** What it is. */
  readonly type: "text" | "binary";
  /** @internal Text as UTF-8, which has been checked. Not to be changed. */
  readonly bytes: Uint8Array;
  readonly #deflated: { readonly profile: DeflateProfile; readonly bytes: Uint8Array }[] = [];

  /** @internal Use {@linkcode prepareText} or {@linkcode prepareBinary}. */
  constructor(type: "text" | "binary", bytes: Uint8Array) {
    this.type = type;
    this.bytes = bytes;
  }

  /** Its length in bytes, uncompressed. */
  get byteLength(): number {
    return this.bytes.length;
  }

  /** @internal As a sender compresses it that refers to no earlier message. */
  deflatedBy(sender: DeflateSender): Uint8Array {
    const known = this.#deflated.find(({ profile }) => sameProfile(profile, sender.profile));
    if (known !== undefined) {
      sender.count(this.bytes.length, known.bytes.length);
      return known.bytes;
    }
    try {
      sender.deflate(this.bytes, deflated);
      const bytes = deflated.bytes.slice(0, deflated.length);
      this.#deflated.push({ profile: sender.profile, bytes });
      return bytes;
    } finally {
      deflated.clear();
    }
  }
}

/**
 * Makes a text message ready to be sent by many clients. A lone surrogate becomes U+FFFD; bytes are copied.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for bytes that are not UTF-8, and for what is no text.
 *
 * @example
 * ```ts
 * import { prepareText } from "@silver9/websocket";
 *
 * console.log(prepareText("grüezi").byteLength); // prints: 7
 * ```
 */
export function prepareText(text: string | Uint8Array): PreparedMessage {
  if (typeof text === "string") return new PreparedMessage("text", new TextEncoder().encode(text));
  checkTextBytes(text);
  return new PreparedMessage("text", Uint8Array.from(text));
}

/**
 * Makes a binary message ready to be sent by many clients. The bytes are copied.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for what is no `Uint8Array`.
 *
 * @example
 * ```ts
 * import { prepareBinary } from "@silver9/websocket";
 *
 * console.log(prepareBinary(new Uint8Array([1, 2, 3])).byteLength); // prints: 3
 * ```
 */
export function prepareBinary(data: Uint8Array): PreparedMessage {
  checkBytes("a binary message", data);
  return new PreparedMessage("binary", Uint8Array.from(data));
}

/** Throws `InvalidConfiguration` for what was not prepared. */
export function checkPrepared(message: unknown): asserts message is PreparedMessage {
  if (message instanceof PreparedMessage) return;
  const what = "what prepareText or prepareBinary has made";
  throw new WebSocketError("InvalidConfiguration", `sending a prepared message: allowed: ${what}`);
}

function sameProfile(a: DeflateProfile, b: DeflateProfile): boolean {
  return a.codec === b.codec && a.windowBits === b.windowBits && a.level === b.level &&
    a.memLevel === b.memLevel;
}
