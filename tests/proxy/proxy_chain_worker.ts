// The thread of a proxy-chain, which asks for a user name and password: tells its port.
import { parentPort } from "node:worker_threads";
import { Server } from "proxy-chain";

const server = new Server({
  port: 0,
  host: "127.0.0.1",
  prepareRequestFunction: ({ username, password }) => ({
    requestAuthentication: username !== "user" || password !== "pä:ss",
    failMsg: "who are you?",
  }),
});
await server.listen();
parentPort?.postMessage(server.port);
