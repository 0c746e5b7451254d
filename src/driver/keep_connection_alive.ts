import { frameSize } from "../core/encoder.ts";
import { WebSocketError } from "../core/errors.ts";
import type { Protocol } from "../core/protocol.ts";
import type { Clock } from "./clock.ts";
import { KeepAlive } from "./keep_alive.ts";
import type { ConnectionObserver } from "./observer.ts";
import type { SendSide } from "./send_side.ts";
import { type ConnectionSettings, type KeepAliveOptions, timeBetweenPolls } from "./settings.ts";

/** What {@linkcode keepConnectionAlive} works on. */
export interface KeptAlive {
  readonly protocol: Protocol;
  readonly sending: SendSide;
  readonly clock: Clock;
  readonly observer: ConnectionObserver;
  readonly settings: ConnectionSettings;
  /** Nothing is read because the program does not keep up. */
  isPaused(): boolean;
  /** The peer is dead. */
  giveUp(error: WebSocketError): void;
}

/** Begins to ping a connection's peer when it is silent. */
export function keepConnectionAlive(
  options: Required<KeepAliveOptions>,
  { protocol, sending, clock, observer, settings, isPaused, giveUp }: KeptAlive,
): KeepAlive {
  const timeout = options.timeout + timeBetweenPolls(settings);
  return new KeepAlive({ ...options, timeout }, clock, {
    ping: () => {
      if (protocol.state !== "open") return;
      observer.silent(options.interval);
      // Where the backlog has no room for it, nobody reads, and a ping would not be read either.
      if (sending.waiting + frameSize(0) <= settings.maxBufferedAmount) sending.keepAlivePing();
    },
    missed: (silence) => observer.pingMissed(silence),
    dead: () => {
      const message = `no sign of life within ${options.timeout} ms of a ping`;
      giveUp(new WebSocketError("Timeout", message, { phase: "keepAlive" }));
    },
    isPaused,
  });
}
