/**
 * A thread with an obedient server, so that a client may block the test's own.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { rawServer } from "../support/raw_server.ts";
import { obey } from "./obedient_server.ts";

// What becomes of a connection is the client's test to judge.
const server = await rawServer((peer) => obey(peer).catch(() => peer.destroy()));
parentPort!.postMessage(server.url);
