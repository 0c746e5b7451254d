import type { ConnectionState } from "../core/state.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { refuseNew } from "./refuse_new.ts";

/** What can be told of an open connection, wherever it lives. */
export interface ConnectionView {
  /** The URL connected to, normalised. */
  readonly url: string;
  /** The subprotocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  /** The extensions agreed on; empty when there are none. */
  readonly extensions: string;
  /** `open`; `closing` from the first Close frame on; `closed` when the socket is gone. */
  readonly state: ConnectionState;
  /** Bytes that the system has not taken yet. */
  readonly bufferedAmount: number;
  /** What went over the connection so far. */
  readonly stats: ConnectionStats;
}

/**
 * What a client tells of a connection that it does not hold itself.
 *
 * @example
 * ```ts
 * import { AsyncClient, BlockingClient, type ConnectedClient } from "@silver9/websocket";
 *
 * const describe = ({ url, state, stats }: ConnectedClient) => `${url} ${state} ${stats.messagesSent}`;
 * const url = "wss://example.com/feed";
 * const clients = [BlockingClient.connect(url), await AsyncClient.connect(url)];
 * for (const client of clients) console.log(describe(client)); // wss://example.com/feed open 0
 * ```
 */
export abstract class ConnectedClient implements ConnectionView {
  /** The URL connected to, normalised. */
  readonly url: string;
  /** The subprotocol that the server chose; empty when it chose none. */
  readonly protocol: string;
  /** The extensions agreed on; empty when there are none. */
  readonly extensions: string;

  readonly #connection: ConnectionView;

  /** @internal Takes over an open connection. */
  constructor(connection: ConnectionView) {
    refuseNew(connection);
    const { url, protocol, extensions } = connection;
    this.url = url;
    this.protocol = protocol;
    this.extensions = extensions;
    this.#connection = connection;
  }

  /** `open`; `closing` from the first Close frame on; `closed` when the socket is gone. */
  get state(): ConnectionState {
    return this.#connection.state;
  }

  /** Bytes that the system has not taken; where another thread has the socket, as of its last turn. */
  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  /** What went over the connection: a snapshot; where another thread has the socket, as of its last turn. */
  get stats(): ConnectionStats {
    return this.#connection.stats;
  }
}
