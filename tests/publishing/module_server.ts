import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { publishedFiles } from "../../scripts/published_files.ts";

/** Stands in for JSR: serves the sources, those alone that would be published. */
export interface ModuleServer extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** An import map with the package's entry points, as `deno add jsr:…` would make them known. */
  readonly importMap: string;
}

/** Starts one on a free port. */
export async function startModuleServer(): Promise<ModuleServer> {
  const root = new URL("../../", import.meta.url);
  const files = new Set(await publishedFiles());
  const { name, version, exports } = JSON.parse(await readFile(new URL("deno.json", root), "utf8"));
  const folder = `/${name}/${version}/`;
  const server = createServer(async (request, response) => {
    const file = request.url!.startsWith(folder) ? request.url!.slice(folder.length) : "";
    if (!files.has(file)) return response.writeHead(404).end();
    const text = await readFile(new URL(file, root));
    response.writeHead(200, { "content-type": "text/typescript" }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entries = Object.entries<string>(exports).map(([entry, module]) => {
    return [entry.replace(".", name), new URL(module, `http://${host}${folder}`).href];
  });
  const close = () => {
    return new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  };
  return {
    host,
    importMap: JSON.stringify({ imports: Object.fromEntries(entries) }),
    [Symbol.asyncDispose]: close,
  };
}
