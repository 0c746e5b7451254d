import { readdir } from "node:fs/promises";

/** The test files, those of the core first; with filters, the files whose path contains one of them. */
export async function testFiles(filters: readonly string[] = []): Promise<string[]> {
  const entries = await readdir("tests", { recursive: true });
  const files = entries.map((entry) => `tests/${entry.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith("_test.ts"))
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  const rank = (file: string) => file.startsWith("tests/core/") ? 0 : 1;
  return files.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
