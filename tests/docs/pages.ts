import { readdir, readFile } from "node:fs/promises";

/** A Markdown file that users or contributors read. */
export interface Page {
  /** Its path in the repository. */
  readonly path: string;
  readonly text: string;
}

export const root: URL = new URL("../../", import.meta.url);

/** Those at the root, and those in `docs`. */
export async function readPages(): Promise<Page[]> {
  const inDocs = (await readdir(new URL("docs/", root))).filter((name) => name.endsWith(".md")).sort();
  const paths = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...inDocs.map((name) => `docs/${name}`)];
  return await Promise.all(
    paths.map(async (path) => ({ path, text: await readFile(new URL(path, root), "utf8") })),
  );
}
