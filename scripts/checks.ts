import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A command that must end with code 0. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const entryPoints = ["mod.ts", "src/cli/mod.ts", "src/core/mod.ts", "src/web/mod.ts"];

export const format: Check = { name: "format", command: ["deno", "fmt"] };
const formatCheck: Check = { name: "format", command: ["deno", "fmt", "--check"] };
export const lint: Check = { name: "lint", command: ["deno", "lint"] };
export const types: Check = { name: "types", command: ["deno", "check", "-q", "."] };
const docLint: Check = { name: "doc comments", command: ["deno", "doc", "--lint", ...entryPoints] };
const exampleTypes: Check = {
  name: "types of the examples in doc comments",
  command: ["deno", "check", "-q", "--doc", "mod.ts", "src"],
};
const docHtml: Check = {
  name: "doc comments as HTML",
  command: [
    "deno",
    "doc",
    "--html",
    "--name=@silver9/websocket",
    `--output=${path.join(tmpdir(), "silver9-websocket-doc")}`,
    ...entryPoints,
  ],
};
const pageTypes: Check = {
  name: "types of the code in the documentation",
  command: ["deno", "check", "-q", "--doc-only", "README.md", "CONTRIBUTING.md", ...await docPages()],
};
const publish: Check = {
  name: "publishing (dry run)",
  command: ["deno", "publish", "--dry-run", "--allow-dirty"],
};

/** What is said about the code, and whether it can be published. */
export const publicationChecks: readonly Check[] = [
  docLint,
  docHtml,
  exampleTypes,
  pageTypes,
  publish,
];

/** Everything that is checked without running the tests. */
export const checks: readonly Check[] = [formatCheck, lint, types, ...publicationChecks];

async function docPages(): Promise<string[]> {
  return (await readdir("docs")).filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`);
}
