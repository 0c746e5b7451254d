import { connect, type Socket } from "node:net";
import { certificates } from "../support/certificates.ts";
import type { ByteStream, Transport } from "../../src/transport/transport.ts";
import { connect as connectTransport, trust } from "./connected.ts";
import { Listener, type Peer } from "./peer.ts";
import { RecordingSink } from "./recording_sink.ts";

/**
 * A TLS connection through a relay of TCP, which shows what TLS hides: records on the wire, a TCP connection
 * that ends below TLS.
 */
export class Relayed implements AsyncDisposable {
  readonly stream: ByteStream;
  readonly sink: RecordingSink;
  /** The client's TCP connection. */
  readonly tcp: Peer;
  /** The client's TLS connection. */
  readonly tls: Peer;
  readonly #parts: readonly AsyncDisposable[];
  readonly #upstream: Socket;

  private constructor(stream: ByteStream, tcp: Peer, tls: Peer, upstream: Socket, parts: AsyncDisposable[]) {
    this.stream = stream;
    this.sink = new RecordingSink();
    this.tcp = tcp;
    this.tls = tls;
    this.#upstream = upstream;
    this.#parts = parts;
    stream.attach(this.sink);
  }

  /** Connects a transport through a relay. */
  static async open(transport: Transport): Promise<Relayed> {
    const { server } = await certificates();
    const front = await Listener.open();
    const back = await Listener.open({ tls: { ...server } });
    const connecting = connectTransport(transport, { port: front.port, tls: await trust() });
    const tcp = await front.peer();
    const upstream = connect({ port: back.port, host: "127.0.0.1", allowHalfOpen: true });
    upstream.on("error", () => {});
    upstream.on("data", (bytes) => tcp.socket.write(bytes));
    if (tcp.length > 0) upstream.write(tcp.bytes);
    tcp.receive = (bytes) => upstream.write(bytes);
    return new Relayed(await connecting, tcp, await back.peer(), upstream, [front, back]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stream.destroy();
    await this.sink.told("close");
    this.#upstream.destroy();
    for (const part of this.#parts) await part[Symbol.asyncDispose]();
  }
}
