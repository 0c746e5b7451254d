import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import type { EchoServer } from "../support/servers.ts";
import { codeBlocks } from "./readme.ts";
import { runExample } from "./run_example.ts";

const root = new URL("../../", import.meta.url);
const readme = await readFile(new URL("README.md", root), "utf8");

describe("README", () => {
  let server: EchoServer;
  let directory: string;
  before(async () => {
    server = await startEchoServer();
    directory = await mkdtemp(path.join(tmpdir(), "websocket-readme-"));
  });
  after(async () => {
    await rm(directory, { recursive: true });
    await server.close();
  });

  for (const { line, code, prints } of codeBlocks(readme)) {
    it(`line ${line}: the code prints what it says`, async () => {
      assert(prints.length > 0, "says what it prints");
      // Outside of the repository nothing says what the module's name means, nor that .ts files are modules.
      const file = path.join(directory, `line_${line}.mts`);
      await writeFile(
        file,
        code.replaceAll('"@silver9/websocket"', `"${new URL("mod.ts", root)}"`)
          .replaceAll('"@silver9/websocket/web"', `"${new URL("src/web/mod.ts", root)}"`)
          .replaceAll("wss://example.com/feed", server.url),
      );
      assertEquals(await runExample(pathToFileURL(file)), prints);
    });
  }

  it("has code to run", () => assert(codeBlocks(readme).length >= 7));

  it("names files that exist", () => {
    const names = [
      ...readme.matchAll(/`((?:src|tests|scripts|bench|examples|mod\.ts)[\w/.]*)`|\]\(([\w/.]+)\)/g),
    ]
      .map(([, code, link]) => code ?? link!);
    assert(names.length > 20);
    assertEquals(names.filter((name) => !existsSync(new URL(name, root))), []);
  });
});
