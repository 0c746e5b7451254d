/** A block of code in a Markdown file. */
export interface CodeBlock {
  /** Line of its first line of code, from 1. */
  readonly line: number;
  /** `ts`, `sh` …; empty for none. */
  readonly language: string;
  /** What stands behind the language. */
  readonly words: readonly string[];
  readonly code: string;
  /** What its comments say that it prints. */
  readonly prints: readonly string[];
}

/** A link in a Markdown file. */
export interface Link {
  /** From 1. */
  readonly line: number;
  readonly target: string;
}

/** The fenced blocks, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(.*)\n([^]*?)^```$/gm)].map(({ index, 1: info, 2: code }) => {
    const [language = "", ...words] = info!.split(" ");
    return {
      line: lineAt(markdown, index) + 1,
      language,
      words,
      code: code!,
      prints: [...code!.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line!),
    };
  });
}

/** The links, but for those in code. */
export function links(markdown: string): Link[] {
  const text = withoutCode(markdown);
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(({ index, 1: target }) => ({
    line: lineAt(text, index),
    target: target!,
  }));
}

/** What a link can name behind `#`: the headings, as GitHub, JSR and others make anchors of them. */
export function anchors(markdown: string): string[] {
  const counts = new Map<string, number>();
  return [...withoutCode(markdown, "fences").matchAll(/^#{1,6} (.*)$/gm)].map(([, heading]) => {
    const anchor = heading!.toLowerCase().replaceAll(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    const count = counts.get(anchor) ?? 0;
    counts.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** The same lines, without what is in fences, and (unless that is all) between backticks. */
export function withoutCode(markdown: string, what: "code" | "fences" = "code"): string {
  const text = markdown.replaceAll(/^```.*\n[^]*?^```$/gm, (block) => block.replaceAll(/[^\n]/g, ""));
  return what === "fences" ? text : text.replaceAll(/`[^`\n]+`/g, "``");
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
