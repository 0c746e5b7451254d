import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import { runExample } from "../examples/run_example.ts";
import { type BlockOutcome, type BlockToRun, OUTCOME_MARK } from "./block_outcome.ts";
import type { CodeBlock } from "./markdown.ts";
import { root } from "./pages.ts";

const modules: Readonly<Record<string, string>> = {
  "@silver9/websocket": new URL("mod.ts", root).href,
  "@silver9/websocket/cli": new URL("src/cli/mod.ts", root).href,
  "@silver9/websocket/core": new URL("src/core/mod.ts", root).href,
  "@silver9/websocket/web": new URL("src/web/mod.ts", root).href,
  "ws": import.meta.resolve("ws"),
};

/** Two cores shared by many need some time for it all. */
const limitMs = 60_000;

/** How blocks are to be run. */
export interface RunBlocksOptions {
  /** Whether they may leave something open. Default: `false`, the process has to end by itself. */
  readonly leaveOpen?: boolean;
}

/**
 * Runs blocks in a process of their own, on the runtime of the test, one after the other, with an echo server in the
 * place of `example.com`. Fails when the process does.
 */
export async function runBlocks(
  blocks: readonly CodeBlock[],
  { leaveOpen = false }: RunBlocksOptions = {},
): Promise<BlockOutcome[]> {
  await using server = await startEchoServer();
  const directory = await mkdtemp(path.join(tmpdir(), "websocket-docs-"));
  try {
    const toRun = await Promise.all(blocks.map(async ({ code, prints }, index): Promise<BlockToRun> => {
      // Outside of the repository nothing says what the module's name means, nor that .ts files are modules.
      const file = path.join(directory, `${index}.mts`);
      await writeFile(file, `const console = globalThis.pageConsole; ${withModules(code, server.url)}`);
      return { file: pathToFileURL(file).href, lines: prints.length };
    }));
    const program = new URL("block_program.ts", import.meta.url);
    const args = [JSON.stringify(toRun), ...leaveOpen ? ["leave open"] : []];
    const lines = await runExample(program, { args, limitMs });
    return lines.filter((line) => line.startsWith(OUTCOME_MARK))
      .map((line) => JSON.parse(line.slice(OUTCOME_MARK.length)) as BlockOutcome);
  } finally {
    await rm(directory, { recursive: true });
  }
}

function withModules(code: string, server: string): string {
  return code.replaceAll(
    / from "([^"]+)"/g,
    (all, name) => name in modules ? ` from "${modules[name]}"` : all,
  )
    .replaceAll("wss://example.com", server);
}
