/**
 * A decoder of raw DEFLATE that looks at distances: zlib inflates whatever it still remembers, be the window agreed on
 * smaller or not. Written from RFC 1951 for the tests; slow.
 *
 * @module
 */

/** The code of a set of lengths (§3.2.2), as `length,code` to symbol. */
type Code = ReadonlyMap<string, number>;

const LENGTHS: readonly (readonly [base: number, extra: number])[] = Array.from({ length: 29 }, (_, i) => {
  if (i === 28) return [258, 0];
  if (i < 8) return [3 + i, 0];
  const extra = (i >> 2) - 1;
  return [3 + ((4 + (i & 3)) << extra), extra];
});
const DISTANCES: readonly (readonly [base: number, extra: number])[] = Array.from({ length: 30 }, (_, i) => {
  if (i < 4) return [1 + i, 0];
  const extra = (i >> 1) - 1;
  return [1 + ((2 + (i & 1)) << extra), extra];
});
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The farthest that any match in the blocks of `bytes` reaches back. */
export function farthestDistance(bytes: Uint8Array): number {
  const reader = new BitReader(bytes);
  let farthest = 0;
  // The last block of a flush is an empty stored one, whose lengths may have been taken away.
  while (reader.bitsLeft >= 3) {
    reader.bits(1);
    const type = reader.bits(2);
    if (type === 0) {
      reader.align();
      if (reader.bitsLeft < 32) break;
      const length = reader.bits(16);
      reader.bits(16);
      reader.skipBytes(length);
    } else {
      const [literals, distances] = type === 1 ? fixedCodes() : dynamicCodes(reader);
      farthest = Math.max(farthest, farthestInBlock(reader, literals, distances));
    }
  }
  return farthest;
}

function farthestInBlock(reader: BitReader, literals: Code, distances: Code): number {
  let farthest = 0;
  for (;;) {
    const symbol = reader.symbol(literals);
    if (symbol < 256) continue;
    if (symbol === 256) return farthest;
    reader.bits(LENGTHS[symbol - 257]![1]);
    const [base, extra] = DISTANCES[reader.symbol(distances)]!;
    farthest = Math.max(farthest, base + reader.bits(extra));
  }
}

function fixedCodes(): [Code, Code] {
  const lengths = Array.from({ length: 288 }, (_, i) => i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
  return [codeOf(lengths), codeOf(Array(30).fill(5))];
}

function dynamicCodes(reader: BitReader): [Code, Code] {
  const literals = reader.bits(5) + 257;
  const distances = reader.bits(5) + 1;
  const count = reader.bits(4) + 4;
  const lengthLengths = Array<number>(19).fill(0);
  for (let i = 0; i < count; i++) lengthLengths[ORDER[i]!] = reader.bits(3);
  const lengthCode = codeOf(lengthLengths);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const symbol = reader.symbol(lengthCode);
    if (symbol < 16) lengths.push(symbol);
    else if (symbol === 16) repeat(lengths, lengths.at(-1)!, reader.bits(2) + 3);
    else repeat(lengths, 0, symbol === 17 ? reader.bits(3) + 3 : reader.bits(7) + 11);
  }
  return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
}

function repeat(lengths: number[], value: number, times: number): void {
  for (let i = 0; i < times; i++) lengths.push(value);
}

function codeOf(lengths: readonly number[]): Code {
  const code = new Map<string, number>();
  let next = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, own] of lengths.entries()) {
      if (own === length) code.set(`${length},${next++}`, symbol);
    }
    next <<= 1;
  }
  return code;
}

class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get bitsLeft(): number {
    return this.#bytes.length * 8 - this.#at;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++) {
      value |= (this.#bytes[this.#at >> 3]! >> (this.#at & 7) & 1) << i;
    }
    return value;
  }

  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  skipBytes(count: number): void {
    this.#at += count * 8;
  }

  symbol(code: Code): number {
    let value = 0;
    for (let length = 1; length <= 15; length++) {
      value = value << 1 | this.bits(1);
      const symbol = code.get(`${length},${value}`);
      if (symbol !== undefined) return symbol;
    }
    throw new Error("Not a code");
  }
}
