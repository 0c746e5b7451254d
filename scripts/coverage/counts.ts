import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** How often each character of a file was run, in one process or thread. */
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
 * What NODE_V8_COVERAGE has left in `directory`, which is a file of JSON for each process and each worker thread, for
 * each of the sources that was loaded there. Node strips types by blanking them out, so that V8's offsets are those of
 * the TypeScript.
 */
export async function* countsIn(
  directory: string,
  sources: ReadonlyMap<string, string>,
): AsyncGenerator<{ readonly file: string; readonly counts: Counts }> {
  const files = new Map(Array.from(sources.keys(), (file) => [pathToFileURL(path.resolve(file)).href, file]));
  for (const name of await readdir(directory)) {
    for (const script of await readReport(path.join(directory, name))) {
      const file = files.get(script.url);
      if (file !== undefined) yield { file, counts: countsOf(script, sources.get(file)!.length) };
    }
  }
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

function countsOf({ functions }: ScriptCoverage, length: number): Counts {
  const counts = new Float64Array(length);
  // Of nested ranges the innermost counts, which is the one painted last.
  const ranges = functions.flatMap(({ ranges }) => ranges)
    .sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  for (const { startOffset, endOffset, count } of ranges) counts.fill(count, startOffset, endOffset);
  return counts;
}
