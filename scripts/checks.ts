/** A command that must end with code 0. */
export interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

const entryPoints = ["mod.ts", "src/core/mod.ts"];

export const format: Check = { name: "format", command: ["deno", "fmt"] };
export const formatCheck: Check = { name: "format", command: ["deno", "fmt", "--check"] };
export const lint: Check = { name: "lint", command: ["deno", "lint"] };
export const types: Check = { name: "types", command: ["deno", "check", "."] };
export const docLint: Check = { name: "doc comments", command: ["deno", "doc", "--lint", ...entryPoints] };
export const docExamples: Check = {
  name: "examples in doc comments",
  command: ["deno", "test", "-A", "--doc", "--permit-no-files", "mod.ts", "src"],
};
export const readmeExamples: Check = {
  name: "types of the examples in the README",
  command: ["deno", "check", "--doc-only", "README.md"],
};
export const publish: Check = {
  name: "publishing (dry run)",
  command: ["deno", "publish", "--dry-run", "--allow-dirty"],
};

/** Everything that is checked without running the tests. */
export const checks: readonly Check[] = [
  formatCheck,
  lint,
  types,
  docLint,
  docExamples,
  readmeExamples,
  publish,
];
