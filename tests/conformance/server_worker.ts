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
import type { Finished, FinishRequest, Reply, Started, StartRequest } from "./server_thread.ts";
import { suites } from "./suites.ts";

/** How long any wait of a script may take: it ends before the test's own limit. */
const LIMIT = 3500;

let server: RawServer | undefined;

async function start({ suite, index, delivery }: StartRequest): Promise<Started> {
  const subject = suites[suite][index]!;
  const script = async (peer: RawPeer) => {
    deliverInPieces(peer, delivery);
    await subject.server?.(peer);
  };
  const tls = subject.tls === undefined ? undefined : await tlsOptions(subject.tls);
  server = await rawServer(script, { limit: LIMIT, tls });
  return { url: server.url, ca: tls && (await certificates()).ca };
}

async function tlsOptions({ identity = "server", alpn }: NonNullable<ConformanceCase["tls"]>) {
  const { cert, key } = (await certificates())[identity];
  return { cert, key, ...(alpn && { ALPNProtocols: [...alpn] }) };
}

async function finish(): Promise<Finished> {
  const error = await server!.close().then(() => undefined, (error) => describe(error));
  return { connections: server!.connections, error };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

parentPort!.on("message", async (request: StartRequest | FinishRequest) => {
  const reply: Reply = await (request.type === "start" ? start(request) : finish())
    .catch((error) => ({ failure: describe(error) }));
  parentPort!.postMessage(reply);
});
