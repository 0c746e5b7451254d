/**
 * The thread behind {@linkcode ServerThread}: it loads the same cases and plays their server's part.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { certificates } from "../support/certificates.ts";
import { type RawPeer, type RawServer, rawServer } from "../support/raw_server.ts";
import type { ConformanceCase } from "./case.ts";
import { deliverInPieces } from "./delivery.ts";
import { READY } from "./server_thread.ts";
import type { Finished, Numbered, Reply, Request, Started, StartRequest } from "./server_thread.ts";
import { suites } from "./suites.ts";

/** How long any wait of a script may take: it ends before the test's own limit. */
const LIMIT = 3500;

let servers: RawServer[] = [];

async function start({ suite, index, deliveries }: StartRequest): Promise<Started> {
  const subject: ConformanceCase = suites[suite][index]!;
  const tls = subject.tls === undefined ? undefined : await tlsOptions(subject.tls);
  servers = await Promise.all(deliveries.map((delivery) => {
    let connections = 0;
    const script = async (peer: RawPeer) => {
      deliverInPieces(peer, delivery);
      await subject.server?.(peer, connections++);
    };
    return rawServer(script, { limit: LIMIT, host: subject.host, tls });
  }));
  return { urls: servers.map(({ url }) => url), ca: tls && (await certificates()).ca };
}

async function tlsOptions({ identity = "server", alpn }: NonNullable<ConformanceCase["tls"]>) {
  const { cert, key } = (await certificates())[identity];
  return { cert, key, ...(alpn && { ALPNProtocols: [...alpn] }) };
}

async function finish(server: RawServer): Promise<Finished> {
  const error = await server.close().then(() => undefined, (error) => describe(error));
  return { connections: server.connections, error };
}

async function finishAll(): Promise<Reply> {
  return { finished: await Promise.all(servers.map(finish)) };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

function answer(request: Request): Promise<Reply> {
  switch (request.type) {
    case "start":
      return start(request);
    case "finish":
      return finishAll();
  }
}

async function tell(id: number, reply: Promise<Reply>): Promise<void> {
  const content = await reply.catch((error): Reply => ({ failure: describe(error) }));
  parentPort!.postMessage({ id, content } satisfies Numbered<Reply>);
}

parentPort!.on("message", ({ id, content }: Numbered<Request>) => tell(id, answer(content)));
await tell(READY, certificates().then(() => ({ ready: true })));
