/**
 * Servers on a thread of their own, each with its way to behave: the thread of the test may block.
 *
 * @module
 */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import type { FarEndData, FarEndReply } from "./far_end.ts";

const { certificates, socketPath } = workerData as FarEndData;
const stalled = new Set<Socket>();
/** Told to read before the connection was here. */
let resumed = false;
const open = new Set<Socket>();

/** What each server does with a connection. */
const behaviours: Record<string, (socket: Socket) => void> = {
  echo: (socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("end", () => socket.end());
  },
  /** Reads nothing until it is told to, then answers with the number of bytes at FIN. */
  stalled: (socket) => {
    let count = 0;
    if (!resumed) {
      socket.pause();
      stalled.add(socket);
    }
    resumed = false;
    socket.on("data", (bytes) => count += bytes.length);
    socket.on("end", () => socket.end(String(count)));
  },
  /** Says something and ends. */
  farewell: (socket) => void socket.end("farewell"),
  /** Resets the connection at the first byte. */
  reset: (socket) => void socket.on("data", () => socket.resetAndDestroy()),
  /** Takes everything, says nothing. */
  silent: (socket) => void socket.resume(),
};

function accept(behave: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    open.add(socket);
    socket.on("close", () => {
      open.delete(socket);
      stalled.delete(socket);
    });
    // The client's side is the one that is tested.
    socket.on("error", () => {});
    behave(socket);
  };
}

function listening(server: Server, where: { host: string } | { path: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, ...where }, () => resolve((server.address() as AddressInfo).port));
  });
}

function plain(name: string): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, accept(behaviours[name]));
}

function secure(name: string, options: TlsOptions): Server {
  const accepted = accept(behaviours[name]);
  const server = createTlsServer({ ALPNProtocols: ["http/1.1"], ...options }, (socket) => {
    socket.setNoDelay(true);
    accepted(socket);
  });
  return server.on("tlsClientError", () => {});
}

const { ca: _, clientCa, client: __, ...identities } = certificates;
const local = { host: "127.0.0.1" };
const ports: Record<string, number> = {
  echo6: await listening(plain("echo"), { host: "::1" }),
  mutual: await listening(
    secure("echo", { ...certificates.server, ca: clientCa, requestCert: true, rejectUnauthorized: true }),
    local,
  ),
  tlsFarewell: await listening(secure("farewell", certificates.server), local),
  tlsStalled: await listening(secure("stalled", certificates.server), local),
};
for (const name of Object.keys(behaviours)) ports[name] = await listening(plain(name), local);
for (const [name, identity] of Object.entries(identities)) {
  ports[name] = await listening(secure("echo", identity), local);
}
await new Promise<void>((resolve) => plain("echo").listen(socketPath, resolve));

parentPort!.on("message", () => {
  resumed = stalled.size === 0;
  for (const socket of stalled) socket.resume();
  stalled.clear();
});
parentPort!.postMessage({ ports } satisfies FarEndReply);
