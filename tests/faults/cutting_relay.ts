import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** What happens at a place in the stream from the server to the client. */
export type Cut = "FIN" | "RST" | "silence" | "a changed byte";

/** A TCP relay that does something to the stream of the next connection, in the middle. */
export class CuttingRelay implements AsyncDisposable {
  /** Bytes that went from the server to the client in the last connection. */
  passed = 0;
  #at = Infinity;
  #cut: Cut = "FIN";
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));

  private constructor(target: number) {
    this.#target = target;
  }

  /** A relay to a port of this machine. */
  static async open(target: number): Promise<CuttingRelay> {
    const relay = new CuttingRelay(target);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Cuts the next connection behind so many bytes. */
  prepare(at: number, cut: Cut): void {
    this.passed = 0;
    this.#at = at;
    this.#cut = cut;
  }

  #accept(client: Socket): void {
    const server = connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => this.#sockets.delete(socket));
    }
    client.on("data", (bytes) => server.write(bytes));
    client.on("end", () => server.end());
    client.on("close", () => server.destroy());
    server.on("data", (bytes: Uint8Array) => this.#forward(client, new Uint8Array(bytes)));
    server.on("end", () => this.passed < this.#at && client.end());
  }

  #forward(client: Socket, bytes: Uint8Array): void {
    const before = this.passed;
    this.passed += bytes.length;
    const at = this.#at - before;
    if (at >= bytes.length || this.#cut === "a changed byte") {
      if (at >= 0 && at < bytes.length) bytes[at] ^= 1;
      client.write(bytes);
      return;
    }
    if (at < 0) return;
    const end = this.#cut;
    client.write(bytes.subarray(0, at), () => {
      if (end === "FIN") client.end();
      else if (end === "RST") client.resetAndDestroy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
