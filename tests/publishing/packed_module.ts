import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import { pack } from "../../scripts/pack.ts";
import type { EchoServer } from "../support/servers.ts";

/** The module as package managers get it, and a server to try it against. */
export class PackedModule implements AsyncDisposable {
  /** The file of the package. */
  readonly tarball: string;
  /** Echoes what it is sent. */
  readonly server: EchoServer;

  private constructor(tarball: string, server: EchoServer) {
    this.tarball = tarball;
    this.server = server;
  }

  /** Packs the module and starts the server. */
  static async create(): Promise<PackedModule> {
    const tarball = path.join(await mkdtemp(path.join(tmpdir(), "websocket-tarball-")), "websocket.tgz");
    const [server] = await Promise.all([startEchoServer(), pack(tarball)]);
    return new PackedModule(tarball, server);
  }

  /** Stops the server and deletes the package. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close();
    await rm(path.dirname(this.tarball), { recursive: true });
  }
}
