import type { PerMessageDeflate } from "../core/deflate.ts";
import type { MaskKeys } from "../core/mask.ts";
import type { ByteStream } from "../transport/transport.ts";
import type { Clock } from "./clock.ts";
import type { ConnectionObserver } from "./observer.ts";
import type { ConnectionSettings } from "./settings.ts";
import type { ConnectTimings } from "./stats.ts";

/** What a `Connection` is made of: all that is there once the opening handshake is over. */
export interface ConnectionParts {
  /** Paused. The connection attaches itself. */
  readonly stream: ByteStream;
  readonly settings: ConnectionSettings;
  readonly clock: Clock;
  readonly observer: ConnectionObserver;
  readonly maskKeys: MaskKeys;
  readonly timings: ConnectTimings;
  /** Bytes that came behind the server's answer: the first frames. */
  readonly leftover: Uint8Array;
  /** Where the handshake agreed on compression. */
  readonly deflate?: PerMessageDeflate;
}
