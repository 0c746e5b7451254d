import { checkBytes } from "./check_send.ts";
import { WebSocketError } from "./errors.ts";
import { Utf8Validator } from "./utf8.ts";

const encoder = new TextEncoder();
/** U+FFFD, for half a surrogate pair. */
const REPLACEMENT = [0xef, 0xbf, 0xbd];

/** Makes UTF-8 of a text that comes in parts, strings and bytes, however characters are cut between them. */
export class TextParts {
  readonly #utf8 = new Utf8Validator();
  readonly #next = new Utf8Validator();
  /** The first half of a pair that the last string ended with. */
  #half = "";
  #nextHalf = "";

  /**
   * The bytes to send for a part. It counts once `accept` is called: until then, another may be tried in its place.
   *
   * @throws {WebSocketError} `InvalidConfiguration` for what is not UTF-8, or for a last part that does not end a character.
   */
  encode(part: string | Uint8Array, final: boolean): Uint8Array {
    this.#next.goOnFrom(this.#utf8);
    this.#nextHalf = "";
    const bytes = typeof part === "string"
      ? this.#encodeString(part, final)
      : this.#checkedBytes(part, final);
    if (final && !this.#next.complete) throw refused("the text ends within a character");
    return bytes;
  }

  /** What `encode` has answered goes out. */
  accept(): void {
    this.#utf8.goOnFrom(this.#next);
    this.#half = this.#nextHalf;
  }

  #encodeString(part: string, final: boolean): Uint8Array {
    let text = this.#half + part;
    if (!final && endsWithHalf(text)) {
      this.#nextHalf = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (part !== "" && !this.#next.complete) {
      throw refused("a string follows bytes that end within a character");
    }
    return encoder.encode(text);
  }

  #checkedBytes(part: Uint8Array, final: boolean): Uint8Array {
    checkBytes("a text", part);
    if (!this.#next.validate(part, 0, part.length)) throw refused("the bytes are not UTF-8");
    if (this.#half === "") return part;
    if (part.length === 0 && !final) {
      this.#nextHalf = this.#half;
      return part;
    }
    return Uint8Array.from([...REPLACEMENT, ...part]);
  }
}

function endsWithHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

function refused(why: string): WebSocketError {
  return new WebSocketError("InvalidConfiguration", `sending a text: ${why}`);
}
