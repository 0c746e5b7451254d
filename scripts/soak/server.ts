/**
 * The server of the soak, a process of its own on Node, with the npm package ws: prints where it listens, as JSON;
 * plays what the path says; tells what it has counted when its standard input ends.
 *
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import process from "node:process";
import { WebSocketServer } from "ws";
import { certificates } from "../../tests/support/certificates.ts";
import { playScenario, refuse, type ServerCount } from "./server_scenarios.ts";
import { visitOf } from "./scenarios.ts";

/** Where a soak server listens. */
export interface SoakServerAddress {
  readonly ws: number;
  readonly wss: number;
  /** Nobody listens there. */
  readonly nobody: number;
  /** The authority to trust, and another one: PEM. */
  readonly ca: string;
  readonly otherCa: string;
}

const counts: ServerCount = {
  visits: 0,
  sent: { messages: 0, bytes: 0 },
  received: { messages: 0, bytes: 0 },
  faults: [],
};
/** TCP sockets by the client's port: RST can be sent by those alone. */
const wires = new Map<number, Socket>();
const webSockets = new WebSocketServer({ noServer: true, maxPayload: 2 ** 21 });

function onUpgrade(request: IncomingMessage, socket: Socket, head: Uint8Array): void {
  socket.on("error", () => {});
  const visit = visitOf(request.url!);
  counts.visits++;
  if (refuse(visit, socket)) return;
  webSockets.handleUpgrade(request, socket, head as never, (webSocket) => {
    playScenario(visit, webSocket, { socket, wire: wires.get(socket.remotePort!) ?? socket, counts });
  });
}

function keepWire(wire: Socket): void {
  const port = wire.remotePort!;
  wires.set(port, wire);
  wire.once("close", () => wires.delete(port));
}

async function listen(server: Server): Promise<number> {
  server.on("upgrade", onUpgrade);
  server.on("connection", keepWire);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const { ca, clientCa, server: identity } = await certificates();
const ws = await listen(createServer());
const wss = await listen(createTlsServer(identity));
// The port of a connection's near end: nobody listens there, and nobody else can get it meanwhile.
const held = connect(await listen(createTcpServer()), "127.0.0.1");
await once(held, "connect");
const address: SoakServerAddress = {
  ws,
  wss,
  nobody: held.localPort!,
  ca,
  otherCa: clientCa,
};
console.log(JSON.stringify(address));

process.stdin.on("end", () => {
  console.log(JSON.stringify(counts));
  setImmediate(() => process.exit(0));
}).resume();
