import { MaskKeys } from "../../src/core/mask.ts";
import { Connection } from "../../src/driver/connection.ts";
import { ConnectionObserver } from "../../src/driver/observer.ts";
import type { ConnectionSettings } from "../../src/driver/settings.ts";
import type { Handler } from "../../mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { RecordingStream } from "../support/recording_transport.ts";

/** What a {@linkcode connection} may be given. */
export interface TestConnectionOptions {
  readonly settings?: Partial<ConnectionSettings>;
  readonly room?: number;
  /** What a text message makes the handler do besides. */
  onText?(text: string): void;
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

/** An open connection on a stream and a clock that are moved by hand, and what its handler was told. */
export function connection({ settings, room, onText }: TestConnectionOptions = {}) {
  const stream = new RecordingStream({ room });
  const clock = new ManualClock();
  const events: string[] = [];
  const subject = new Connection<undefined>({
    stream,
    clock,
    settings: { ...defaults, ...settings },
    observer: new ConnectionObserver({ logger: settings?.logger }),
    maskKeys: new MaskKeys((bytes) => void bytes.fill(0)),
    timings: { lookup: 0, tcp: 0, proxy: 0, tls: 0, upgrade: 0, total: 0 },
    leftover: new Uint8Array(0),
  });
  const handler: Handler<undefined> = {
    onTextMessage: (_, { text }) => {
      events.push(`text ${text}`);
      onText?.(text);
    },
    onPing: () => void events.push("ping"),
    onPong: () => void events.push("pong"),
    onDrain: () => void events.push("drain"),
    onConnectionClosed: (_, { code }) => void events.push(`closed ${code}`),
    onError: (_, { code, phase }) => void events.push(phase === undefined ? code : `${code} ${phase}`),
    onQuit: () => void events.push("quit"),
  };
  return { stream, clock, events, subject, run: () => subject.run(handler, undefined) };
}
