import type { RoundTrips } from "./round_trips.ts";

/** How long each phase of connecting took, in milliseconds; with redirects, all attempts together. */
export interface ConnectTimings {
  /** Name look-up; 0 for an IP address. */
  readonly lookup: number;
  /** TCP, until the first address answered; or the Unix socket. */
  readonly tcp: number;
  /** From the proxy's TCP to its word that the target is connected, TLS with the proxy included; 0 without one. */
  readonly proxy: number;
  /** TLS handshake with the target; 0 without TLS. */
  readonly tls: number;
  /** HTTP upgrade. */
  readonly upgrade: number;
  /** All of it. */
  readonly total: number;
}

/** What permessage-deflate did to the messages of one direction. Messages that went uncompressed do not count. */
export interface CompressionStats {
  /** Messages. */
  readonly messages: number;
  /** Their bytes on the wire, without frame headers. */
  readonly compressedBytes: number;
  /** Their bytes as the program has them. */
  readonly uncompressedBytes: number;
}

/**
 * What went over a connection, and how it fares: a snapshot, made when it is asked for. Durations are milliseconds;
 * moments are milliseconds since the epoch, with a fraction, by the clock of `performance`, which does not jump when
 * somebody sets the system's. Where another thread has the socket, it is as of that thread's last turn.
 *
 * @example
 * ```ts
 * import { NonBlockingClient } from "@silver9/websocket";
 *
 * const client = await NonBlockingClient.connect("wss://example.com/feed", { keepAlive: { interval: 10_000 } });
 * const timer = setInterval(() => console.log(JSON.stringify(client.stats)), 60_000);
 * await client.run({
 *   onActivated: (client) => client.sendText("hello"),
 *   onTextMessage: (client) => client.close(),
 *   onQuit: () => clearInterval(timer),
 * });
 * ```
 */
export interface ConnectionStats {
  /** The number that log lines and the channels of `node:diagnostics_channel` know the connection by. */
  readonly id: number;
  /** Bytes read from the socket after the opening handshake, frame headers included. */
  readonly bytesReceived: number;
  /** Bytes of frames handed to the socket, headers included. */
  readonly bytesSent: number;
  /** Frames whose header has been read. */
  readonly framesReceived: number;
  /** Frames sent, or waiting to be. */
  readonly framesSent: number;
  /** Text and binary messages handed over. */
  readonly messagesReceived: number;
  /** Text and binary messages sent, or waiting to be. */
  readonly messagesSent: number;
  /** Pings of the peer; each is answered, but for those that a newer one overtook. */
  readonly pingsReceived: number;
  /** Pings sent, by `sendPing` and by `keepAlive`. */
  readonly pingsSent: number;
  /** Pongs of the peer, whether asked for or not. */
  readonly pongsReceived: number;
  /** Bytes that the system has not taken yet. */
  readonly bufferedAmount: number;
  /** The most bytes that waited behind a send. */
  readonly bufferedAmountPeak: number;
  /** How often reading was paused, since whoever takes the messages had no room for more. */
  readonly pauses: number;
  /** What compression did; `undefined` where the handshake agreed on none. */
  readonly compression: { readonly received: CompressionStats; readonly sent: CompressionStats } | undefined;
  /** Time of each phase of connecting. */
  readonly connect: ConnectTimings;
  /** When the opening handshake was over. */
  readonly openedAt: number;
  /** When the socket was gone; `undefined` before. */
  readonly closedAt: number | undefined;
  /** When a byte came last; `undefined` before the first, and without `keepAlive`, which alone looks at the clock. */
  readonly lastReceivedAt: number | undefined;
  /** How long the last measured round trip of a ping took; `undefined` before the first. */
  readonly lastRoundTrip: number | undefined;
  /** All measured round trips; `undefined` before the first. */
  readonly roundTrips: RoundTrips | undefined;
}
