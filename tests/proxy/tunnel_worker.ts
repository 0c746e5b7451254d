// The thread of a TunnelServer: connects where CONNECT says, and relays, ends and resets included.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { parentPort, workerData } from "node:worker_threads";
import { tcpBelow } from "../../src/transport/tcp_below.ts";
import type { TunnelServerData, TunnelServerReply } from "./tunnel_server.ts";

const { certificates } = workerData as TunnelServerData;

function accept(client: Socket): void {
  let head = "";
  const onData = (bytes: Uint8Array): void => {
    head += new TextDecoder().decode(bytes);
    if (!head.endsWith("\r\n\r\n")) return;
    client.off("data", onData);
    const [, host, port] = /^CONNECT \[?([^\s\]]+)\]?:(\d+) /.exec(head)!;
    const target = connect({ host, port: Number(port), allowHalfOpen: true, noDelay: true });
    const refuse = (): void => void client.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    client.once("close", () => setTimeout(() => target.destroy(), 100).unref());
    target.once("error", refuse).once("connect", () => {
      target.off("error", refuse);
      client.off("end", giveUp);
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      relay(client, target);
      relay(target, client);
    });
  };
  // Both directions are open to end by themselves, once there is somebody to tell.
  const giveUp = (): void => void client.destroy();
  client.on("data", onData).on("end", giveUp);
  client.on("error", () => {});
  client.setNoDelay();
}

function relay(from: Socket, to: Socket): void {
  from.on("data", (bytes) => {
    if (to.write(bytes)) return;
    from.pause();
    tcpBelow(from)?.readStop();
    to.once("drain", () => {
      from.resume();
      tcpBelow(from)?.readStart();
    });
  });
  from.on("end", () => to.end());
  from.on("error", () => void (to instanceof TLSSocket ? to.destroy() : to.resetAndDestroy()));
  from.on("close", () => setTimeout(() => to.destroy(), 100).unref());
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.on("tlsClientError", (_error: Error, socket: Socket) => socket.destroy());
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

const plain = await listen(createServer({ allowHalfOpen: true }, accept));
const secure = await listen(
  createTlsServer({ ...certificates.server, allowHalfOpen: true } as object, accept),
);
const reply: TunnelServerReply = { plain, secure };
parentPort?.postMessage(reply);
