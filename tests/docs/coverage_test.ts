import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { readPages, root } from "./pages.ts";

const pages = (await readPages()).filter(({ path }) => path.startsWith("docs/"));
const all = pages.map(({ text }) => text).join("\n");

/** The optional members of an interface, by its declaration. */
async function membersOf(file: string, name: string): Promise<string[]> {
  const source = await readFile(new URL(file, root), "utf8");
  const body = new RegExp(`^export interface ${name}\\b[^]*?^}`, "m").exec(source)?.[0];
  assert(body !== undefined, `${file} has ${name}`);
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(]/gm)].map(([, member]) => member!);
  assert(members.length > 0, `${name} has members`);
  return members;
}

/** The names that are not in code, by themselves or behind a dot, in a text. */
function missing(names: readonly string[], text: string): string[] {
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
}

describe("documentation", () => {
  const options: readonly (readonly [file: string, name: string])[] = [
    ["src/client/options.ts", "ClientOptions"],
    ["src/client/options.ts", "TimestampOptions"],
    ["src/client/options.ts", "ThreadOptions"],
    ["src/client/options.ts", "BlockingOptions"],
    ["src/client/reconnect_options.ts", "ReconnectPolicy"],
    ["src/transport/transport.ts", "SocketOptions"],
  ];
  for (const [file, name] of options) {
    it(`lists every option of ${name}, by its own name`, async () => {
      const { text } = pages.find(({ path }) => path === "docs/options.md")!;
      const listed = [...text.matchAll(/`(\w+)`/g)].map(([, option]) => option);
      assertEquals((await membersOf(file, name)).filter((option) => !listed.includes(option)), []);
    });
  }

  it("gives the defaults that the doc comments give", async () => {
    const sources = ["src/client/options.ts", "src/transport/transport.ts"];
    const source = (await Promise.all(sources.map((file) => readFile(new URL(file, root), "utf8")))).join(
      "\n",
    );
    const plain = (text: string) => text.replaceAll(/[`, ]/g, "");
    const { text } = pages.find(({ path }) => path === "docs/options.md")!;
    let compared = 0;
    for (const [, comment, option] of source.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s+readonly (\w+)\?:/g)) {
      const given = /Default: ([^.]*)\./.exec(comment!)?.[1];
      const row = text.split("\n").find((line) => line.split("|")[1]?.includes(`\`${option}\``));
      if (given === undefined || row === undefined || !/\d|true|false/.test(given)) continue;
      // The last column but one; some rows have a column for the clients.
      const stated = plain(row.split("|").at(-3)!);
      assert(stated.startsWith(plain(given)), `${option}: ${given}, not ${stated}`);
      compared++;
    }
    assert(compared >= 10, `${compared} defaults`);
  });

  const members: readonly (readonly [file: string, name: string, page: string])[] = [
    ["src/driver/handler.ts", "Handler", "docs/clients.md"],
    ["src/core/payload.ts", "Payload", "docs/clients.md"],
    ["src/driver/stats.ts", "ConnectionStats", "docs/observability.md"],
    ["src/driver/stats.ts", "ConnectTimings", "docs/observability.md"],
    ["src/driver/settings.ts", "KeepAliveOptions", "docs/limits.md"],
    ["src/driver/deflate_options.ts", "PerMessageDeflateOptions", "docs/compression.md"],
    ["src/core/deflate_offer.ts", "DeflateParameters", "docs/compression.md"],
    ["src/driver/redirects.ts", "RedirectOptions", "docs/connecting.md"],
    ["src/proxy/proxy_options.ts", "ProxyOptions", "docs/connecting.md"],
    ["src/transport/transport.ts", "TlsOptions", "docs/tls.md"],
    ["src/core/close_info.ts", "CloseInfo", "docs/errors.md"],
    ["src/core/errors.ts", "HandshakeResponse", "docs/errors.md"],
    ["src/channel/waiting.ts", "WaitingOptions", "docs/threads.md"],
    ["src/client/async.ts", "ThreadHandle", "docs/clients.md"],
  ];
  for (const [file, name, page] of members) {
    it(`says on ${page} what ${name} holds`, async () => {
      const { text } = pages.find(({ path }) => path === page)!;
      assertEquals(missing(await membersOf(file, name), text), []);
    });
  }

  it("has a section for every error code, and every phase", async () => {
    const source = await readFile(new URL("src/core/errors.ts", root), "utf8");
    const [codes, phases] = ["WebSocketErrorCode", "TimeoutPhase"].map((name) => {
      const union = new RegExp(`^export type ${name} =([^;]*);`, "m").exec(source)![1]!;
      return [...union.matchAll(/"(\w+)"/g)].map(([, value]) => value!);
    });
    const { text } = pages.find(({ path }) => path === "docs/errors.md")!;
    assert(codes!.length > 10 && phases!.length > 5);
    assertEquals(codes!.filter((code) => !text.includes(`\n## ${code}\n`)), []);
    assertEquals(phases!.filter((phase) => !text.includes(`\`${phase}\``)), []);
  });

  it("speaks of every class and function", async () => {
    const names = await Promise.all(
      ["mod.ts", "src/web/mod.ts"].map(async (file) => Object.keys(await import(new URL(file, root).href))),
    );
    assert(names.flat().length > 10);
    assertEquals(missing(names.flat(), all), []);
  });

  it("names no callback that is not there, and every diagnostics channel", async () => {
    const known = await membersOf("src/driver/handler.ts", "Handler");
    const callbacks = [...all.matchAll(/`(on[A-Z]\w+)\b/g)].map(([, name]) => name!);
    assertEquals(callbacks.filter((name) => !known.includes(name)), []);
    const source = await readFile(new URL("src/driver/diagnostics.ts", root), "utf8");
    const channels = [...source.matchAll(/readonly "(silver9:websocket:\w+)"/g)].map(([, name]) => name!);
    const named = [...all.matchAll(/silver9:websocket:\w+/g)].map(([name]) => name);
    assertEquals([...new Set(named)].sort(), channels.sort());
  });
});
