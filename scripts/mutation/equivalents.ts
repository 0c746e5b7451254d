/** A change of the code that no test can notice. */
export interface Equivalent {
  readonly file: string;
  /** The line as it stands in the file, without its indentation. */
  readonly code: string;
  /** What stands there instead of a part of it, each by itself; of several lines, the first. */
  readonly changes: readonly string[];
  readonly why: string;
}

/** Every change that survives, and why it may. */
export const equivalents: readonly Equivalent[] = [
  {
    file: "src/core/assembler.ts",
    code: "start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),",
    changes: ["false"],
    why: "A view of all of it is the same bytes.",
  },
  {
    file: "src/core/buffer_pool.ts",
    code: "const bits = size <= 1 << SMALLEST_BITS ? SMALLEST_BITS : 32 - Math.clz32(size - 1);",
    changes: ["size < 1 << SMALLEST_BITS"],
    why: "The smallest size itself takes its own bits, by either way.",
  },
  {
    file: "src/core/byte_collector.ts",
    code: "if (needed <= this.#bytes.length) return;",
    changes: ["needed < this.#bytes.length"],
    why: "More room than needed is no other content.",
  },
  {
    file: "src/core/decoder.ts",
    code: "fin = false;",
    changes: ["true"],
    why: "Nobody asks before there has been a header.",
  },
  {
    file: "src/core/decoder.ts",
    code: "rsv1 = false;",
    changes: ["true"],
    why: "Nobody asks before there has been a header.",
  },
  {
    file: "src/core/decoder.ts",
    code: "if (first < 0x80) throw violation(`a fragmented control frame (opcode ${opcode})`);",
    changes: ["first <= 0x80"],
    why: "0x80 is a continuation, and no control frame.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (length <= SHORT) {",
    changes: ["true", "false", "length < SHORT", "length > SHORT"],
    why: "Copying and masking at once is faster for short payloads, and not otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (units <= SHORT) {",
    changes: ["true", "false", "units < SHORT", "units > SHORT", "{}"],
    why: "Short ASCII is faster in one loop, and the same otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (copyAsciiMasked(text, output.bytes, start, key)) {",
    changes: ["false", "{}"],
    why: "Short ASCII is faster in one loop, and the same otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (size !== guessed) {",
    changes: ["true"],
    why: "What is moved to where it is stays what it is.",
  },
  {
    file: "src/core/encoder.ts",
    code: "output.reserve(size - guessed);",
    changes: ["size + guessed"],
    why: "More room than needed is no other frame.",
  },
  {
    file: "src/core/encoder.ts",
    code: "function copyAsciiMasked(text: string, target: Uint8Array, start: number, key: number): boolean {",
    changes: ["{}"],
    why: "Short ASCII is faster in one loop, and the same otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "for (let index = 0; index < text.length; index++) {",
    changes: ["index <= text.length"],
    why: "What comes to lie behind a frame is not sent.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (unit >= 0x80) return false;",
    changes: ["true"],
    why: "Short ASCII is faster in one loop, and the same otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "return true;",
    changes: ["false"],
    why: "Short ASCII is faster in one loop, and the same otherwise.",
  },
  {
    file: "src/core/encoder.ts",
    code: "if (first.read === text.length) return first.written;",
    changes: ["false"],
    why: "A rest of nothing adds nothing.",
  },
  {
    file: "src/core/extension_header.ts",
    code: "if (equals < 0) return isToken(text) ? { name: text, value: undefined } : undefined;",
    changes: ["equals <= 0"],
    why: "What begins with = is no parameter, with a value or without.",
  },
  {
    file: "src/core/extension_header.ts",
    code: String.raw`if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return text;`,
    changes: [String.raw`/^"(?:[^"\\]|\\.)*"/`],
    why: "What goes on behind its quotes is no token, with their first or without.",
  },
  {
    file: "src/core/field_syntax.ts",
    code: "while (start < end && isWhitespace(text.charCodeAt(start))) start++;",
    changes: ["true", "start <= end"],
    why: "Behind the end there is no white space.",
  },
  {
    file: "src/core/field_syntax.ts",
    code: "while (end > start && isWhitespace(text.charCodeAt(end - 1))) end--;",
    changes: ["true", "end >= start"],
    why: "What is white space alone becomes empty, wherever its end comes to lie.",
  },
  {
    file: "src/core/latin1.ts",
    code: "for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);",
    changes: ["i <= text.length"],
    why: "Behind the end of an array nothing can be written.",
  },
  {
    file: "src/core/latin1.ts",
    code: "for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) {",
    changes: ["at <= bytes.length"],
    why: "No codes make no characters.",
  },
  {
    file: "src/core/mask.ts",
    code: "if (end - start >= FEW) {",
    changes: ["false", "end - start > FEW", "end + start", "{}"],
    why: "Words are masked faster than bytes, and not otherwise.",
  },
  {
    file: "src/core/mask.ts",
    code: "for (const unrolled = last - 3; index < unrolled; index += 4) {",
    changes: ["false", "index >= unrolled"],
    why: "Four words at a time are faster than one, and not otherwise.",
  },
  {
    file: "src/core/mask.ts",
    code: "for (; index < last; index++) words[index] ^= word;",
    changes: ["false"],
    why: "What is left is masked byte by byte.",
  },
  {
    file: "src/core/message_part.ts",
    code: 'type: "text" | "binary" = "binary";',
    changes: ['""'],
    why: "Nobody sees a part before it has been described.",
  },
  {
    file: "src/core/message_part.ts",
    code: "first = false;",
    changes: ["true"],
    why: "Nobody sees a part before it has been described.",
  },
  {
    file: "src/core/message_part.ts",
    code: "final = false;",
    changes: ["true"],
    why: "Nobody sees a part before it has been described.",
  },
  {
    file: "src/core/message_sender.ts",
    code:
      "if (compress && this.#deflate !== undefined && text.length * MOST_PER_UNIT >= this.#deflate.threshold) {",
    changes: ["true"],
    why: "A text that is certainly too short is sent as it is without a look at its bytes, and with one too.",
  },
  {
    file: "src/core/output_buffer.ts",
    code: "if (this.length > 0) larger.bytes.set(this.#buffer.bytes.subarray(0, this.length));",
    changes: ["true", "this.length >= 0"],
    why: "To copy nothing is slower, and nothing else.",
  },
  {
    file: "src/core/output_buffer.ts",
    code: "if (this.#buffer !== NOTHING) releaseBuffer(this.#buffer);",
    changes: ["true"],
    why: "The pool takes no buffer without bytes.",
  },
  {
    file: "src/core/output_buffer.ts",
    code: "if (this.#buffer === NOTHING) return;",
    changes: ["false"],
    why: "The pool takes no buffer without bytes.",
  },
  {
    file: "src/core/protocol.ts",
    code: "if (opcode >= Opcode.Close) this.#control(opcode);",
    changes: ["true"],
    why: "What is no control frame is not dealt with there.",
  },
  {
    file: "src/core/response_body.ts",
    code: String.raw`const size = /^(?:\r\n)?([0-9A-Fa-f]{1,8})[\t ]*(?:;.*)?\r\n$/.exec(this.#line)?.[1];`,
    changes: [String.raw`/^(?:\r\n)?([0-9A-Fa-f]{1,8})[\t ]*(?:;.*)?\r\n/`],
    why: "It matches up to the first line break behind a size, and that ends the line.",
  },
  {
    file: "src/core/response_parser.ts",
    code: "endsAtHead: (status) => status === 101,",
    changes: ["false"],
    why: "A 101 has no body, whatever was asked.",
  },
  {
    file: "src/core/response_parser.ts",
    code: "while (end < bytes.length && isText(bytes[end])) end++;",
    changes: ["true", "end <= bytes.length"],
    why: "What is behind the end is no text.",
  },
  {
    file: "src/core/sha1.ts",
    code: "for (let t = 16; t < 80; t++) {",
    changes: ["t <= 80"],
    why: "The schedule has 80 words: one more has no place.",
  },
  {
    file: "src/core/text_parts.ts",
    code: '#nextHalf = "";',
    changes: ['"Stryker was here!"'],
    why: "Nobody reads it before it has been set.",
  },
  {
    file: "src/core/url.ts",
    code: "const [, path, rest] = /^([^:]*):?(.*)$/.exec(parsed.pathname)!;",
    changes: ["/([^:]*):?(.*)$/", "/^([^:]*):?(.*)/"],
    why: "It matches from the first character on, and up to the last one: a path has no line breaks.",
  },
  {
    file: "src/core/url.ts",
    code: String.raw`const [, scheme, rest] = /^((?:wss?:|https?:|wss?\+unix:)?[/\\]*)(.*)$/is.exec(text)!;`,
    changes: [
      String.raw`/((?:wss?:|https?:|wss?\+unix:)?[/\\]*)(.*)$/is`,
      String.raw`/^((?:wss?:|https?:|wss?\+unix:)?[/\\]*)(.*)/is`,
    ],
    why: "It matches from the first character on, and up to the last one.",
  },
  {
    file: "src/core/url.ts",
    code: String.raw`return scheme + shown.replace(/([?#]).*$/s, "$1…");`,
    changes: ["/([?#]).*/s"],
    why: "It matches up to the last character.",
  },
  {
    file: "src/core/utf8.ts",
    code: "if (buffer !== wordsBuffer) {",
    changes: ["true"],
    why: "A view that is there is faster than a new one, and the same.",
  },
  {
    file: "src/core/utf8.ts",
    code: "at = end - at < FEW ? skipAsciiBytes(bytes, at, end) : skipAscii(bytes, at, end);",
    changes: ["true", "false", "end - at <= FEW", "end - at >= FEW", "end + at"],
    why: "Words are looked at faster than bytes where there are some, and not otherwise.",
  },
  {
    file: "src/core/utf8.ts",
    code: "while (at < end && bytes[at] < 0x80) at++;",
    changes: ["true", "at <= end"],
    why: "What is ASCII behind the end is passed over, too: nothing comes of it.",
  },
  {
    file: "src/core/utf8.ts",
    code: "const last = (end + offset) >> 2;",
    changes: ["end - offset"],
    why: "Fewer words; what is left is looked at byte by byte.",
  },
  {
    file: "src/core/utf8.ts",
    code: "for (const unrolled = last - 3; index < unrolled; index += 4) {",
    changes: ["false"],
    why: "Four words at a time are faster than one, and not otherwise.",
  },
  {
    file: "src/core/utf8.ts",
    code: "if ((any & NOT_ASCII) !== 0) break;",
    changes: ["true"],
    why: "One word at a time is slower, and the same.",
  },
  {
    file: "src/core/utf8.ts",
    code: "for (; index < last; index++) {",
    changes: ["false"],
    why: "What is left is looked at byte by byte.",
  },
  {
    file: "src/core/utf8.ts",
    code: "if ((memory[index] & NOT_ASCII) !== 0) break;",
    changes: ["true"],
    why: "What is left is looked at byte by byte.",
  },
];
