import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";
import { Connection } from "../../src/driver/connection.ts";
import { ConnectionObserver } from "../../src/driver/observer.ts";
import type { Opened } from "../../src/driver/opening.ts";
import type { ConnectionSettings } from "../../src/driver/settings.ts";
import { memoryPair, type MemoryStream, type MemoryStreamOptions } from "../../src/transport/memory.ts";
import { countingKeys } from "../core/support_transcript.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** What a {@linkcode pinnedClient} may be given. */
export interface PinnedClientOptions {
  readonly settings?: Partial<ConnectionSettings>;
  /** The client's end of the stream. */
  readonly near?: MemoryStreamOptions;
  /** The server's end. */
  readonly far?: MemoryStreamOptions;
  /** Bytes that came behind the answer to the opening handshake. */
  readonly leftover?: Uint8Array;
}

/** A client of which everything is known beforehand, and what moves it. */
export interface PinnedClient {
  readonly client: NonBlockingClient;
  readonly connection: Connection<NonBlockingClient>;
  readonly clock: ManualClock;
  /** The server's end of the stream. */
  readonly server: MemoryStream;
  readonly stream: MemoryStream;
}

const defaults: ConnectionSettings = {
  closeTimeout: 5000,
  maxMessageSize: 1 << 20,
  maxFrameSize: 1 << 20,
  maxBufferedAmount: 1 << 20,
  highWaterMark: 1 << 16,
  spinWaitDuration: undefined,
  keepAlive: undefined,
  logger: undefined,
  signal: undefined,
};

/** The constructor is for `connect`, which would bring chance and real time in. */
const Client = NonBlockingClient as unknown as new (
  opened: Opened<NonBlockingClient>,
  options: NonBlockingOptions,
) => NonBlockingClient;

/** A client behind its opening handshake: in memory, with a clock moved by hand and masking keys that repeat. */
export function pinnedClient({ settings, near, far, leftover }: PinnedClientOptions = {}): PinnedClient {
  const [stream, server] = memoryPair(near, far);
  const clock = new ManualClock();
  const connection = new Connection<NonBlockingClient>({
    stream,
    clock,
    settings: { ...defaults, ...settings },
    observer: new ConnectionObserver({ logger: undefined }),
    maskKeys: countingKeys(),
    timings: { lookup: 0, tcp: 0, proxy: 0, tls: 0, upgrade: 0, total: 0 },
    leftover: leftover ?? new Uint8Array(0),
  });
  const opened = {
    connection,
    turns: undefined,
    stream,
    url: "ws://memory.example/",
    protocol: "",
    extensions: "",
  };
  return { client: new Client(opened, {}), connection, clock, server, stream };
}

/** Lets so many microtasks pass. */
export async function microtasks(count: number): Promise<void> {
  for (let passed = 0; passed < count; passed++) await undefined;
}
