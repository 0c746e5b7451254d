/** A block of TypeScript in a Markdown file. */
export interface CodeBlock {
  /** Line of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /** What its comments say that it prints. */
  readonly prints: readonly string[];
}

/** The blocks marked `ts`, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(({ index, 1: code }) => ({
    line: markdown.slice(0, index).split("\n").length + 1,
    code: code!,
    prints: [...code!.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line!),
  }));
}
