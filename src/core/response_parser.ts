import { type HandshakeResponse, WebSocketError } from "./errors.ts";
import { isToken, trimWhitespace } from "./field_syntax.ts";
import type { HeaderField } from "./headers.ts";
import { decodeLatin1 } from "./latin1.ts";
import { quote } from "./quote.ts";
import { type BodyFraming, ResponseBody } from "./response_body.ts";

/** How much of a server's answer is taken. */
export interface ResponseLimits {
  /** Status lines and header fields, interim responses included, in bytes. Default: 16 KiB. */
  readonly headerBytes: number;
  /** Header fields, interim responses included. Default: 100. */
  readonly headerCount: number;
  /** The body of an answer that is not 101, in bytes; the rest is not waited for. Default: 64 KiB. */
  readonly bodyBytes: number;
}

/** What was asked, and of whom: how an answer ends, and what its errors say. */
export interface Asked {
  readonly who: "server" | "proxy";
  /** How messages begin. */
  readonly failing: string;
  /** The code of whatever is wrong with the answer, but for limits. */
  readonly code: "HandshakeFailed" | "ConnectionFailed";
  /** Whether another protocol begins behind the header of an answer with this status. */
  endsAtHead(status: number): boolean;
}

/** A request to open a WebSocket. */
const upgrade: Asked = {
  who: "server",
  failing: "Cannot open the WebSocket",
  code: "HandshakeFailed",
  endsAtHead: (status) => status === 101,
};

/** The first line of a response. */
export interface StatusLine {
  /** `"1.1"`; `"1.0"` and others only when the status is not 101. */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
}

const HTAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const DEL = 0x7f;

const bareCarriageReturn = "a carriage return without line feed in the response's header";

// RFC 9112 §4. The space before an empty reason is often forgotten.
const statusLine = /^HTTP\/(1\.[0-9]) ([1-9][0-9]{2})(?: (.*))?$/;

/**
 * Reads an HTTP/1.1 response, each byte once, and however they are split: interim responses are passed over,
 * a 101 ends at its empty line, anything else at the end of its body.
 */
export class ResponseParser {
  readonly #limits: ResponseLimits;
  readonly #asked: Asked;
  /** The line that is under way. */
  #line = "";
  #afterCarriageReturn = false;
  #headerBytes = 0;
  #headerCount = 0;
  #statusLine: StatusLine | undefined;
  #headers: HeaderField[] = [];
  #body: ResponseBody | undefined;

  constructor(limits: ResponseLimits, asked: Asked = upgrade) {
    this.#limits = limits;
    this.#asked = asked;
  }

  /** Whether anything has arrived. */
  get started(): boolean {
    return this.#headerBytes > 0;
  }

  /** Whether status and headers of the final response are there. */
  get headComplete(): boolean {
    return this.#body !== undefined;
  }

  /** Whether the final response is there, its body included. */
  get complete(): boolean {
    return this.#body?.complete ?? false;
  }

  /** The last status line read. */
  get statusLine(): StatusLine | undefined {
    return this.#statusLine;
  }

  /** The values of one header (its name in lower case), in order of arrival. */
  values(name: string): readonly string[] {
    const values: string[] = [];
    for (const field of this.#headers) {
      if (field[0] === name) values.push(field[1]);
    }
    return values;
  }

  /** What has been read so far, for the user. */
  response(): HandshakeResponse | undefined {
    if (this.#statusLine === undefined) return undefined;
    const body = this.#body?.bytes() ?? new Uint8Array(0);
    return { status: this.#statusLine.status, headers: [...this.#headers], body };
  }

  /**
   * Takes bytes until the response is complete; answers how many. What follows is not part of it.
   *
   * @throws {WebSocketError} `HandshakeFailed`, or what was asked for, for what is not HTTP/1.1; `LimitExceeded`.
   */
  receive(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && this.#body === undefined) {
      at = this.#receiveText(bytes, at);
      if (at < bytes.length) this.#receiveControl(bytes[at++]);
    }
    if (this.#body === undefined || this.#body.complete) return at;
    return at + this.#body.receive(bytes.subarray(at));
  }

  /** An error that carries the response as far as it is known. */
  failure(what: string): WebSocketError {
    const { code, failing } = this.#asked;
    return new WebSocketError(code, `${failing}: ${what}`, { response: this.response() });
  }

  /** Takes the run of characters that begins at `start`; answers where it ends. */
  #receiveText(bytes: Uint8Array, start: number): number {
    let end = start;
    while (end < bytes.length && isText(bytes[end])) end++;
    if (end > start) {
      if (this.#afterCarriageReturn) throw this.failure(bareCarriageReturn);
      this.#countHeaderBytes(end - start);
      this.#line += decodeLatin1(bytes, start, end);
    }
    return end;
  }

  /** Takes what ends a run of characters: half a line break, or what has no place here. */
  #receiveControl(byte: number): void {
    this.#countHeaderBytes(1);
    if (this.#afterCarriageReturn) {
      if (byte !== LF) throw this.failure(bareCarriageReturn);
      this.#afterCarriageReturn = false;
      const line = this.#line;
      this.#line = "";
      this.#receiveLine(line);
    } else if (byte === CR) {
      this.#afterCarriageReturn = true;
    } else if (byte === LF) {
      throw this.failure("a line feed without carriage return in the response's header");
    } else {
      const hex = byte.toString(16).padStart(2, "0");
      throw this.failure(`a control character in the response's header: 0x${hex}`);
    }
  }

  #countHeaderBytes(count: number): void {
    this.#headerBytes += count;
    if (this.#headerBytes > this.#limits.headerBytes) {
      throw this.#limitExceeded(`more than ${this.#limits.headerBytes} bytes of header`);
    }
  }

  #receiveLine(line: string): void {
    if (this.#statusLine === undefined) this.#statusLine = this.#parseStatusLine(line);
    else if (line === "") this.#endHead(this.#statusLine.status);
    else this.#headers.push(this.#parseHeader(line));
  }

  #parseStatusLine(line: string): StatusLine {
    const match = statusLine.exec(line);
    if (match === null) {
      throw this.failure(`the ${this.#asked.who} does not answer in HTTP/1.1: ${quote(line)}`);
    }
    return { version: match[1], status: Number(match[2]), reason: trimWhitespace(match[3] ?? "") };
  }

  /** RFC 9112 §5. Values stay out of the messages: they may be cookies. */
  #parseHeader(line: string): HeaderField {
    if (++this.#headerCount > this.#limits.headerCount) {
      throw this.#limitExceeded(`more than ${this.#limits.headerCount} header fields`);
    }
    // §5.2: "A sender MUST NOT generate a message that includes line folding"
    if (line.startsWith(" ") || line.startsWith("\t")) throw this.failure("a folded header in the response");
    const colon = line.indexOf(":");
    if (colon < 0) throw this.failure("a header without a colon in the response");
    const name = line.slice(0, colon);
    // §5.1: "No whitespace is allowed between the field name and colon."
    if (!isToken(name)) throw this.failure(`a malformed header name in the response: ${quote(name)}`);
    return [name.toLowerCase(), trimWhitespace(line.slice(colon + 1))];
  }

  #endHead(status: number): void {
    // RFC 9110 §15.2: "A client MUST be able to parse one or more 1xx responses received prior to a final
    // response, even if the client does not expect one."
    if (status < 200 && status !== 101) {
      this.#statusLine = undefined;
      this.#headers = [];
    } else {
      this.#body = new ResponseBody(this.#bodyFraming(status), this.#limits.bodyBytes);
    }
  }

  /** RFC 9112 §6.3, except that a bad Content-Length is taken for none. */
  #bodyFraming(status: number): BodyFraming {
    // §6.3: what follows a 101, or a 2xx to CONNECT, is the other protocol's, whatever the headers say.
    if (this.#asked.endsAtHead(status)) return { length: 0 };
    if (status === 101 || status === 204 || status === 304) return { length: 0 };
    const codings = this.values("transfer-encoding").join(",");
    if (codings !== "") return /(?:^|,)[\t ]*chunked$/i.test(codings) ? "chunked" : "untilClose";
    const lengths = new Set(this.values("content-length").join(",").split(",").map(trimWhitespace));
    const [length] = lengths;
    return lengths.size === 1 && /^[0-9]+$/.test(length) ? { length: Number(length) } : "untilClose";
  }

  #limitExceeded(what: string): WebSocketError {
    const { failing, who } = this.#asked;
    return new WebSocketError("LimitExceeded", `${failing}: the ${who} sent ${what}`);
  }
}

/** RFC 9110 §5.5: visible characters, space, tab and obs-text. */
function isText(byte: number): boolean {
  return (byte >= 0x20 && byte !== DEL) || byte === HTAB;
}
