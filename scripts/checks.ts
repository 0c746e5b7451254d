import { runnableExamples } from "./doc_examples.ts";

/** A command that must end with code 0. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const entryPoints = ["mod.ts", "src/core/mod.ts", "src/web/mod.ts"];

export const format: Check = { name: "format", command: ["deno", "fmt"] };
const formatCheck: Check = { name: "format", command: ["deno", "fmt", "--check"] };
export const lint: Check = { name: "lint", command: ["deno", "lint"] };
export const types: Check = { name: "types", command: ["deno", "check", "-q", "."] };
const docLint: Check = { name: "doc comments", command: ["deno", "doc", "--lint", ...entryPoints] };
const exampleTypes: Check = {
  name: "types of the examples in doc comments",
  command: ["deno", "check", "-q", "--doc", "mod.ts", "src"],
};
const examples: Check = {
  name: "examples in doc comments",
  command: [
    "deno",
    "test",
    "-A",
    "--no-check",
    "--doc",
    "--filter",
    await runnableExamples(),
    "mod.ts",
    "src",
  ],
};
const readmeTypes: Check = {
  name: "types of the examples in the README",
  command: ["deno", "check", "-q", "--doc-only", "README.md"],
};
const publish: Check = {
  name: "publishing (dry run)",
  command: ["deno", "publish", "--dry-run", "--allow-dirty"],
};

/** What is said about the code, and whether it can be published. */
export const publicationChecks: readonly Check[] = [docLint, exampleTypes, examples, readmeTypes, publish];

/** Everything that is checked without running the tests. */
export const checks: readonly Check[] = [formatCheck, lint, types, ...publicationChecks];
