import { checkBytes } from "../core/check_send.ts";
import { WebSocketError } from "../core/errors.ts";
import { TextParts } from "../core/text_parts.ts";

const NOTHING = new Uint8Array(0);

/** Takes the bytes of a part. Throws where they are not sent, and may be tried again then. */
export type PartSink<Sent> = (bytes: Uint8Array, final: boolean) => Sent;

/**
 * Sends one message in parts, so that it need not be in memory as a whole; each part leaves at once, in a frame of its
 * own. Made by `beginText` and `beginBinary` of a client or its control channel.
 *
 * Pings and pongs may be sent in between, but no other message: until {@linkcode MessageWriter.end} that is refused as
 * `SocketUnavailable`. Nothing can take back what was begun: a message that never ends keeps all others from being
 * sent, and only the end of the connection ends it. After `close` it stays unfinished, and the server has to drop it.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed");
 * const writer = client.beginText();
 * for (const line of ["one\n", "two\n"]) writer.write(line);
 * writer.end("three\n");
 * await client.run({ onTextMessage: (client) => client.close() });
 * ```
 */
export class MessageWriter<Chunk extends string | Uint8Array, Sent = boolean> {
  readonly #send: PartSink<Sent>;
  readonly #text: TextParts | undefined;
  #ended = false;

  private constructor(send: PartSink<Sent>, text: TextParts | undefined) {
    this.#send = send;
    this.#text = text;
  }

  /** @internal */
  static text<Sent>(send: PartSink<Sent>): MessageWriter<string | Uint8Array, Sent> {
    return new MessageWriter<string | Uint8Array, Sent>(send, new TextParts());
  }

  /** @internal */
  static binary<Sent>(send: PartSink<Sent>): MessageWriter<Uint8Array, Sent> {
    return new MessageWriter<Uint8Array, Sent>(send, undefined);
  }

  /**
   * Sends a part, copied: it may be changed afterwards. Nothing is sent for an empty one. In a text, characters may be
   * cut between two parts, of strings as of bytes; half a surrogate pair that stays alone becomes U+FFFD.
   *
   * @returns what `sendText` of the same client does.
   * @throws {WebSocketError} as `sendText`, and the part may be tried again then; `SocketUnavailable` behind the end.
   */
  write(chunk: Chunk): Sent {
    return this.#write(chunk, false);
  }

  /**
   * Ends the message, with a last part or without. Otherwise as {@linkcode MessageWriter.write}; a text that ends within
   * a character is refused as `InvalidConfiguration`, and can be completed then.
   */
  end(chunk?: Chunk): Sent {
    const sent = this.#write(chunk, true);
    this.#ended = true;
    return sent;
  }

  #write(chunk: Chunk | undefined, final: boolean): Sent {
    if (this.#ended) {
      throw new WebSocketError("SocketUnavailable", "sending a part: the message is over");
    }
    const part = final && chunk === undefined ? NOTHING : chunk;
    if (this.#text === undefined) {
      checkBytes("a binary message", part);
      return this.#hand(part, final);
    }
    const bytes = this.#text.encode(part as string | Uint8Array, final);
    const sent = this.#hand(bytes, final);
    this.#text.accept();
    return sent;
  }

  #hand(bytes: Uint8Array, final: boolean): Sent {
    try {
      return this.#send(bytes, final);
    } catch (error) {
      // Whether the part has gone out is not known, so none can follow.
      if (error instanceof WebSocketError && error.code === "Timeout") this.#ended = true;
      throw error;
    }
  }
}
