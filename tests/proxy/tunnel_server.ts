import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { tunnelThrough } from "../../src/proxy/tunnel_through.ts";
import type { Tunnel } from "../../src/proxy/tunnel.ts";
import type { TlsOptions, Transport } from "../../src/transport/transport.ts";
import { type Certificates, certificates } from "../support/certificates.ts";
import { trust } from "../transport/connected.ts";

/** What the thread is made with. */
export interface TunnelServerData {
  readonly certificates: Certificates;
}

/** What the thread says when it listens: ports. */
export interface TunnelServerReply {
  readonly plain: number;
  readonly secure: number;
}

/**
 * An HTTP proxy, with and without TLS, on a thread of its own: a test that looks for sockets left open does not find
 * those of the proxy.
 */
export class TunnelServer implements AsyncDisposable {
  /** `http:`. */
  readonly plain: Tunnel;
  /** `https:`, with the tests' authority trusted. */
  readonly secure: Tunnel;
  readonly #worker: Worker;

  private constructor(worker: Worker, ports: TunnelServerReply, tls: TlsOptions) {
    this.#worker = worker;
    this.plain = tunnelThrough({ url: `http://127.0.0.1:${ports.plain}` });
    this.secure = tunnelThrough({ url: `https://127.0.0.1:${ports.secure}`, tls });
  }

  static async start(): Promise<TunnelServer> {
    const workerData: TunnelServerData = { certificates: await certificates() };
    const worker = new Worker(new URL("./tunnel_worker.ts", import.meta.url), { workerData });
    // Rejects with the worker's error when it cannot start.
    const [ports] = await once(worker, "message") as [TunnelServerReply];
    return new TunnelServer(worker, ports, await trust());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

/** A transport that goes through a proxy, wherever it goes. */
export function tunnelled(transport: Transport, scheme: string, tunnel: () => Tunnel): Transport {
  return {
    ...transport,
    name: `${transport.name} through ${scheme}`,
    connect: (target, context) => transport.connect({ ...target, tunnel: tunnel() }, context),
  };
}
