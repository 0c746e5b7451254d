import type { EncodedRecord } from "../channel/codec.ts";

/** The kinds of commands that send a part of a message: this, and the bits below. */
const PART = 32;
const TEXT = 1;
const FIRST = 2;
const FINAL = 4;
const UNCOMPRESSED = 8;

/** Whether a command sends a part of a message. */
export function isPartCommand(kind: number): boolean {
  return kind >= PART && kind < PART + 16;
}

/** What such a command says beside the bytes. */
export interface PartCommand {
  readonly type: "text" | "binary";
  readonly first: boolean;
  readonly final: boolean;
  readonly compress: boolean;
}

/** What {@linkcode PartRecords.record} has put into a kind. */
export function partCommandOf(kind: number): PartCommand {
  return {
    type: (kind & TEXT) !== 0 ? "text" : "binary",
    first: (kind & FIRST) !== 0,
    final: (kind & FINAL) !== 0,
    compress: (kind & UNCOMPRESSED) === 0,
  };
}

/** Makes commands of the parts of one message. */
export class PartRecords {
  #kind: number;

  constructor(type: "text" | "binary", compress: boolean) {
    this.#kind = PART | FIRST | (type === "text" ? TEXT : 0) | (compress ? 0 : UNCOMPRESSED);
  }

  /** The command for a part. */
  record(bytes: Uint8Array, final: boolean): EncodedRecord {
    return { kind: final ? this.#kind | FINAL : this.#kind, bytes, start: 0, end: bytes.length };
  }

  /** The first part has been taken. */
  accept(): void {
    this.#kind &= ~FIRST;
  }
}
