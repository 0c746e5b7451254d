import type { ConnectionState } from "../core/state.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import type { RemoteConnection } from "../thread/remote_connection.ts";

/** What a client whose connection another thread hosts can tell of it. */
export abstract class RemoteClient {
  /** The URL connected to, normalised. */
  readonly url: string;
  /** The subprotocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  /** The extensions agreed on; empty when there are none. */
  readonly extensions: string;

  readonly #remote: RemoteConnection<unknown>;

  /** @internal Takes over an open connection. */
  constructor(remote: RemoteConnection<unknown>) {
    const { url, protocol, extensions } = remote.opened;
    this.url = url;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#remote = remote;
  }

  /** `open`; `closing` from the first Close frame on; `closed` when the socket is gone. */
  get state(): ConnectionState {
    return this.#remote.connectionState;
  }

  /** Bytes that the system had not taken at the other thread's last turn. */
  get bufferedAmount(): number {
    return this.#remote.state.bufferedAmount;
  }

  /** What went over the connection until the other thread's last turn: a snapshot. */
  get stats(): ConnectionStats {
    return this.#remote.stats;
  }
}
