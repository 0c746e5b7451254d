import type { EncodedRecord } from "../channel/codec.ts";
import type { RefusalReason } from "../channel/sender.ts";
import { messageUnfinished } from "../core/check_send.ts";
import { WebSocketError } from "../core/errors.ts";
import type { SendOptions } from "../driver/send_options.ts";
import { Command } from "../thread/commands.ts";
import { PartRecords } from "../thread/part_records.ts";
import type { RemoteConnection } from "../thread/remote_connection.ts";
import { type HandOver, Signal } from "../thread/shared_state.ts";
import { checkControl, checkSize } from "./check_control.ts";
import type { ControlMessage } from "./events.ts";
import type { PartSink } from "./message_writer.ts";

/** Sends commands to the thread that hosts a connection, and waits until the system has taken their bytes. */
export class CommandWriter {
  readonly #remote: RemoteConnection<unknown>;
  readonly #timeout: number;
  /** Commands sent; wraps around like the count of those handed over. */
  #sent = 0;
  #corked = 0;
  /** Ends of `cork` that the other thread has not been told of, since the channel was full. */
  #owed = 0;
  /** Bytes held back, so that `maxBufferedAmount` holds for all of them. */
  #corkedBytes = 0;
  /** Whether a message goes out in parts, and has not ended. */
  #inMessage = false;

  constructor(remote: RemoteConnection<unknown>, timeout: number) {
    this.#remote = remote;
    this.#timeout = timeout;
  }

  /** Sends one, and waits unless corked. */
  send(message: ControlMessage): true {
    const { shared } = this.#remote;
    const what = NAMES[message.type];
    if (shared.state !== "open") throw this.#closed(what);
    const size = checkControl(message, shared.largestSend, this.#corkedBytes);
    if (this.#inMessage && isMessage(message)) throw messageUnfinished();
    return this.#deliver(what, size, () => this.#hand(message, this.#timeout));
  }

  /** Begins a message that goes out in parts; what is answered takes them, as `send` does. */
  begin(type: "text" | "binary", options?: SendOptions): PartSink<boolean> {
    const { shared } = this.#remote;
    if (shared.state !== "open") throw this.#closed("a message");
    if (this.#inMessage) throw messageUnfinished();
    this.#inMessage = true;
    const records = new PartRecords(type, options?.compress !== false);
    return (bytes, final) => {
      if (shared.state !== "open") throw this.#closed("a part of a message");
      const size = checkSize(bytes.length, shared.largestSend, this.#corkedBytes);
      if (bytes.length === 0 && !final) return true;
      return this.#deliver("a part of a message", size, () => {
        const refusal = this.#handRecord(records.record(bytes, final), this.#timeout);
        records.accept();
        if (final) this.#inMessage = false;
        return refusal;
      });
    };
  }

  /** Hands something of so many bytes over, and waits unless corked. */
  #deliver(what: string, size: number, hand: () => RefusalReason | undefined): true {
    const deadline = performance.now() + this.#timeout;
    const refusal = hand();
    if (refusal !== undefined) throw refusal === "full" ? this.#late() : this.#closed(what);
    if (this.#corked === 0) this.#wait(deadline, what);
    else this.#corkedBytes += size;
    return true;
  }

  /** Begins the closing handshake, unless the connection is closing already. `closeTimeout` limits the wait. */
  close(code: number, reason: string): void {
    const message: ControlMessage = { type: "close", code, reason };
    checkControl(message, Infinity);
    const { shared } = this.#remote;
    if (shared.state !== "open") return;
    shared.signal(Signal.Close);
    if (this.#hand(message, Infinity) === undefined && this.#corked === 0) this.#handedOver(Infinity);
  }

  /** Everything sent inside `fn` leaves in one write. */
  cork<T>(fn: () => T): T {
    const refusal = this.#mark(Command.Cork);
    if (refusal === "full") throw this.#late();
    this.#corked++;
    let result: T;
    let told: RefusalReason | undefined;
    try {
      result = fn();
    } finally {
      if (--this.#corked === 0) this.#corkedBytes = 0;
      if (refusal === undefined) this.#owed++;
      told = this.#tellUncorked(this.#timeout);
    }
    if (told === "full") throw this.#late();
    if (this.#corked > 0) return result;
    this.#wait(performance.now() + this.#timeout, "corked messages");
    return result;
  }

  /** Answers why not, if not. */
  #tellUncorked(timeout: number): RefusalReason | undefined {
    for (; this.#owed > 0; this.#owed--) {
      const refusal = this.#mark(Command.Uncork, timeout);
      if (refusal !== undefined) return refusal;
    }
  }

  #mark(kind: number, timeout: number = this.#timeout): RefusalReason | undefined {
    return this.#sendRecord({ kind, bytes: NOTHING, start: 0, end: 0 }, timeout);
  }

  #handRecord(record: EncodedRecord, timeout: number): RefusalReason | undefined {
    return this.#tellUncorked(timeout) ?? this.#sendRecord(record, timeout);
  }

  #sendRecord(record: EncodedRecord, timeout: number): RefusalReason | undefined {
    const outcome = this.#remote.watched(() => this.#remote.control.sendRecordSync(record, timeout));
    if (outcome !== "sent") return outcome;
    this.#sent = (this.#sent + 1) | 0;
  }

  /** Hands a command to the other thread, or tells why not. */
  #hand(message: ControlMessage, timeout: number): RefusalReason | undefined {
    const refusal = this.#tellUncorked(timeout);
    if (refusal !== undefined) return refusal;
    const result = this.#remote.watched(() => this.#remote.control.sendSync(message, timeout));
    if (!result.sent) return result.reason;
    this.#sent = (this.#sent + 1) | 0;
  }

  #wait(deadline: number, what: string): void {
    const outcome = this.#handedOver(deadline);
    if (outcome !== "done") throw outcome === "late" ? this.#late() : this.#closed(what);
  }

  #handedOver(deadline: number): HandOver {
    const { shared } = this.#remote;
    return this.#remote.watched(() => shared.waitHandedOver(this.#sent, deadline - performance.now()));
  }

  #closed(what: string): WebSocketError {
    const { state } = this.#remote.shared;
    const now = state === "open" ? "closing" : state;
    return new WebSocketError("ConnectionClosed", `sending ${what}: the connection is ${now}`);
  }

  #late(): WebSocketError {
    const message = `sending: the system has not taken the bytes within writeTimeout, ${this.#timeout} ms`;
    return new WebSocketError("Timeout", message, { phase: "write" });
  }
}

/** Whether it may not come between the parts of another. */
function isMessage({ type }: ControlMessage): boolean {
  return type === "sendText" || type === "sendBinary";
}

const NOTHING = new Uint8Array(0);

/** What is sent, for messages. */
const NAMES: Record<ControlMessage["type"], string> = {
  sendText: "a text message",
  sendBinary: "a binary message",
  sendPing: "a ping",
  sendPong: "a pong",
  close: "Close",
  forceQuit: "forceQuit",
};
