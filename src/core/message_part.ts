import { type Payload, PayloadView } from "./payload.ts";

/**
 * A part of a message, as it arrived: **one object per client, reused**, valid until the callback returns, like every
 * {@linkcode Payload}. Where a message is cut says nothing: neither the server's fragments nor its writes need show. A
 * text is cut between two characters, so `text` is right for each part by itself. Of an empty message there is one
 * empty part; a part may be empty besides where it is the last.
 */
export interface MessagePart extends Payload {
  /** What the message is. */
  readonly type: "text" | "binary";
  /** Whether the message begins with it. */
  readonly first: boolean;
  /** Whether the message ends with it. */
  readonly final: boolean;
}

/** A {@linkcode MessagePart} that can be pointed at other bytes. */
export class PartView extends PayloadView implements MessagePart {
  type: "text" | "binary" = "binary";
  first = false;
  final = false;

  /** Says what the bytes are that it points at. */
  describe(type: "text" | "binary", first: boolean, final: boolean): void {
    this.type = type;
    this.first = first;
    this.final = final;
  }
}
