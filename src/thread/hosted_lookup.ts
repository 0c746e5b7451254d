import { fromErrorRecord } from "../channel/error_record.ts";
import type { ReceiverHandle } from "../channel/handle.ts";
import { Receiver } from "../channel/receiver.ts";
import { WebSocketError } from "../core/errors.ts";
import type { LookupAnswer } from "../transport/lookup.ts";
import { lookupCodec, type LookupRecord } from "./lookup_record.ts";

/** Looks names up by asking the thread that owns the function: one name after the other. */
export class HostedLookup {
  readonly #answers: Receiver<LookupRecord>;
  readonly #ask: (host: string) => void;

  constructor(handle: ReceiverHandle<LookupRecord>, ask: (host: string) => void) {
    this.#answers = Receiver.from(handle, { codec: lookupCodec });
    this.#ask = ask;
  }

  /** See `LookupFunction`. */
  async lookUp(host: string): Promise<LookupAnswer | undefined> {
    this.#ask(host);
    const record = await this.#answers.receive();
    if (record === null) throw new WebSocketError("Aborted", "connecting was ended by its owner");
    if (record.error !== undefined) throw fromErrorRecord(record.error);
    return record.addresses;
  }

  /** No name will be asked for any more. */
  release(): void {
    this.#answers.release();
  }
}
