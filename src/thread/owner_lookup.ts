import { createChannel } from "../channel/channel.ts";
import { toErrorRecord } from "../channel/error_record.ts";
import type { ReceiverHandle } from "../channel/handle.ts";
import type { Receiver } from "../channel/receiver.ts";
import type { Sender } from "../channel/sender.ts";
import type { WebSocketError } from "../core/errors.ts";
import {
  type Address,
  askLookup,
  isPromise,
  type Lookup,
  type LookupFunction,
  promisedLookup,
} from "../transport/lookup.ts";
import { lookupCodec, type LookupRecord } from "./lookup_record.ts";

const CAPACITY = 64 * 1024;

/** A look-up function for a connection that another thread hosts: it is called on this one, which owns it. */
export class OwnerLookup {
  /** The end that the host opens for itself. Keep it until the host has. */
  readonly lent: Receiver<LookupRecord>;

  readonly #lookup: LookupFunction;
  readonly #answers: Sender<LookupRecord>;
  readonly #over = new AbortController();

  /** `undefined` for what the host can do without asking: nothing, or a table. */
  static of(lookup: Lookup | undefined): OwnerLookup | undefined {
    return typeof lookup === "function" ? new OwnerLookup(lookup) : undefined;
  }

  private constructor(lookup: LookupFunction) {
    this.#lookup = lookup;
    const { sender, receiver } = createChannel(lookupCodec, { capacity: CAPACITY });
    this.#answers = sender;
    this.lent = receiver;
  }

  /** For the host. */
  get handle(): ReceiverHandle<LookupRecord> {
    return this.lent.handle();
  }

  /** The host asks for a name. `blocked`: this thread waits, so that no promise will ever settle. */
  answer(host: string, blocked: boolean): void {
    try {
      const answer = askLookup(this.#lookup, host, this.#over.signal);
      if (!isPromise(answer)) return this.#send(answer);
      answer.then((addresses) => this.#send(addresses), (error) => this.#sendError(error));
      if (blocked) this.#sendError(promisedLookup());
    } catch (error) {
      this.#sendError(error);
    }
  }

  /** Nobody will ask any more. */
  release(): void {
    this.#over.abort();
    this.#answers.release();
  }

  #send(addresses: readonly Address[] | undefined): void {
    this.#answers.trySend({ addresses: addresses?.map(({ address }) => address) });
  }

  #sendError(error: unknown): void {
    this.#answers.trySend({ error: toErrorRecord(error as WebSocketError) });
  }
}
