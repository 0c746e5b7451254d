/** The events of a `WebSocket`, by type. */
export interface WebSocketEventMap {
  /** The connection is open. */
  readonly open: Event;
  /** A message came: `data` is a string, a Blob or an ArrayBuffer. */
  readonly message: MessageEvent;
  /** The connection failed: `error` is a `WebSocketError`. `close` follows. */
  readonly error: ErrorEvent;
  /** The connection is closed: the last event, always, once. */
  readonly close: CloseEvent;
}
