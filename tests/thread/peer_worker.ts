/**
 * The thread behind {@linkcode PeerThread}.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import { rawServer } from "../support/raw_server.ts";
import { Board } from "./board.ts";
import { scripts } from "./peer_scripts.ts";
import type { PeerJob } from "./peer_thread.ts";

const { script, board } = workerData as PeerJob;
const shared = new Board(board);
const server = await rawServer((peer) => scripts[script](peer, shared));

parentPort!.on("message", async () => {
  const error = await server.close().then(() => null, (error) => error?.stack ?? String(error));
  parentPort!.postMessage(error);
});
parentPort!.postMessage(server.url);
