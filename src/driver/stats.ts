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

/** What went over a connection. A snapshot. */
export interface ConnectionStats {
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
  /** Time of each phase of connecting. */
  readonly connect: ConnectTimings;
  /**
   * Milliseconds from the last ping of this client (`sendPing` or `keepAlive`) to the first pong after it;
   * `undefined` before the first.
   */
  readonly lastRoundTrip: number | undefined;
}
