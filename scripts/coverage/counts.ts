import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** How often each character of a file was run, in all processes and threads together. */
export type Counts = Float64Array<ArrayBuffer>;

interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly CountedRange[] }[];
}

interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/**
 * Adds up what NODE_V8_COVERAGE has left in `directory`: a file of JSON for each process and each worker thread.
 * Node strips types by blanking them out, so that V8's offsets are those of the TypeScript.
 */
export async function readCounts(
  directory: string,
  sources: ReadonlyMap<string, string>,
): Promise<Map<string, Counts>> {
  const files = new Map(Array.from(sources.keys(), (file) => [pathToFileURL(path.resolve(file)).href, file]));
  const counts = new Map(Array.from(sources, ([file, { length }]) => [file, new Float64Array(length)]));
  for (const name of await readdir(directory)) {
    const report = await readReport(path.join(directory, name));
    for (const script of report) {
      const file = files.get(script.url);
      if (file !== undefined) add(counts.get(file)!, script);
    }
  }
  return counts;
}

/** A process that is killed while it writes leaves half a file, of which nothing can be said. */
async function readReport(file: string): Promise<readonly ScriptCoverage[]> {
  const text = await readFile(file, "utf8");
  try {
    return JSON.parse(text).result;
  } catch {
    return [];
  }
}

function add(total: Counts, { functions }: ScriptCoverage): void {
  const counts = new Float64Array(total.length);
  // Of nested ranges the innermost counts, which is the one painted last.
  const ranges = functions.flatMap(({ ranges }) => ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset);
  for (let at = 0; at < counts.length; at++) total[at] += counts[at]!;
}
