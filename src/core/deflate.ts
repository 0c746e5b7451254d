import type { DeflateCodec, DeflateStream } from "./deflate_codec.ts";
import type { DeflateAgreement } from "./deflate_offer.ts";
import { DeflateReceiver } from "./deflate_receiver.ts";
import { DeflateSender } from "./deflate_sender.ts";

/** What a {@linkcode PerMessageDeflate} is made of. */
export interface PerMessageDeflateParts {
  /** What does the work. */
  readonly codec: DeflateCodec;
  /** What the opening handshake has agreed on: {@linkcode DeflateOffer.agreement}. */
  readonly agreement: DeflateAgreement;
  /** Messages of fewer bytes are sent uncompressed. */
  readonly threshold: number;
  /** As in {@linkcode DeflaterOptions}. */
  readonly level: number;
  /** As in {@linkcode DeflaterOptions}. */
  readonly memLevel: number;
}

/**
 * permessage-deflate (RFC 7692) for one connection. Takes memory when it is first used, for each direction.
 *
 * @example
 * ```ts
 * import { type DeflateCodec, type DeflateOffer, PerMessageDeflate } from "@silver9/websocket/core";
 *
 * // What a `Protocol` takes as `deflate`, once the handshake is over.
 * function agreed(codec: DeflateCodec, { agreement }: DeflateOffer): PerMessageDeflate | undefined {
 *   return agreement && new PerMessageDeflate({ codec, agreement, threshold: 1024, level: 6, memLevel: 8 });
 * }
 * ```
 */
export class PerMessageDeflate {
  /** @internal What inflates. */
  readonly receiver: DeflateReceiver;
  /** @internal What deflates. */
  readonly sender: DeflateSender;
  /** Called when memory was taken that `releaseIdle` can give back. */
  onAcquire: (() => void) | undefined;

  /** Takes no memory yet. */
  constructor({ codec, agreement, threshold, level, memLevel }: PerMessageDeflateParts) {
    const { serverMaxWindowBits, clientMaxWindowBits } = agreement;
    this.receiver = new DeflateReceiver(
      () => this.#acquired(codec.createInflater({ windowBits: serverMaxWindowBits })),
      !agreement.serverNoContextTakeover,
    );
    const profile = { codec, windowBits: clientMaxWindowBits, level, memLevel };
    this.sender = new DeflateSender(
      () => this.#acquired(codec.createDeflater({ windowBits: clientMaxWindowBits, level, memLevel })),
      { keepsWindow: !agreement.clientNoContextTakeover, threshold, profile },
    );
  }

  /** Messages deflated and inflated: it stands still while the connection is idle. */
  get messages(): number {
    return this.receiver.messages + this.sender.messages;
  }

  /** Whether `releaseIdle` would give memory back. */
  get releasable(): boolean {
    return this.receiver.releasable || this.sender.releasable;
  }

  /**
   * Gives the memory back that is not needed between messages: the deflater's, and the inflater's where the server
   * does not refer to earlier messages. The next message takes it again.
   */
  releaseIdle(): void {
    this.receiver.releaseIdle();
    this.sender.releaseIdle();
  }

  /** Gives all memory back: the connection has ended. */
  close(): void {
    this.receiver.close();
    this.sender.close();
  }

  #acquired(stream: DeflateStream): DeflateStream {
    this.onAcquire?.();
    return stream;
  }
}
