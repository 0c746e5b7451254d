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
];
