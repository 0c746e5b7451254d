import type { AsyncOptions } from "../../mod.ts";

/** What a connection is for, and how it must end. */
export interface Scenario {
  /** How the client tells the end: `closed CODE`, `error CODE PHASE`, `refused CODE PHASE`, or `quit` alone. */
  readonly end: string;
  readonly options?: AsyncOptions;
  /** Everything sent is received: what both ends have counted must be the same. */
  readonly complete?: boolean;
  /** Milliseconds that the reader takes for each message. */
  readonly readsSlowly?: number;
  /** Only over TLS, or only for clients that leave the event loop alone, or that call back. */
  readonly needs?: "tls" | "eventLoop" | "callbacks";
}

const table = {
  /** Everything that the client sends comes back; pings in between. */
  echo: { end: "closed 1000", complete: true },
  /** The server sends as fast as it can. */
  pour: { end: "closed 3001", complete: true },
  /** The same, with little room and a slow reader: reading stops and goes on. */
  pourSlowly: {
    end: "closed 3001",
    complete: true,
    readsSlowly: 4,
    options: { eventCapacity: 16 * 1024 },
  },
  /** The client sends as fast as it can; the server stops reading and goes on. */
  sink: {
    end: "closed 3002",
    complete: true,
    options: { highWaterMark: 64 * 1024, controlCapacity: 64 * 1024 },
  },
  fin: { end: "closed 1006" },
  reset: { end: "closed 1006" },
  violation: { end: "error ProtocolViolation" },
  tooLarge: { end: "error LimitExceeded", options: { maxMessageSize: 1000 } },
  /** Nobody answers the client's Close. */
  unanswered: { end: "error Timeout close", options: { closeTimeout: 150 } },
  /** The peer is not there any more, and nothing says so. */
  dead: { end: "error Timeout keepAlive", options: { keepAlive: { interval: 50, timeout: 100 } } },
  forceQuit: { end: "quit" },
  aborted: { end: "error Aborted", needs: "eventLoop" },
  /** A callback throws. */
  thrown: { end: "thrown", needs: "callbacks" },
  /** Connected, and let go of before anything was read. */
  disposed: { end: "disposed" },
  forbidden: { end: "refused HandshakeFailed" },
  cutOff: { end: "refused HandshakeFailed" },
  /** No answer to the opening handshake. */
  mute: { end: "refused Timeout upgrade", options: { handshakeTimeout: 1500 } },
  /** Nobody listens. */
  nobody: { end: "refused ConnectionFailed" },
  /** The server speaks no TLS. */
  noTls: { end: "refused TlsFailed", needs: "tls" },
  /** The server's certificate is not trusted. */
  untrusted: { end: "refused TlsFailed", needs: "tls" },
} satisfies Record<string, Scenario>;

/** The name of a scenario. */
export type ScenarioName = keyof typeof table;

/** Every scenario, by name. */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = table;

/** What the server is told about a connection, in the URL's query. */
export interface Visit {
  readonly scenario: ScenarioName;
  readonly seed: number;
  /** Messages of each direction. */
  readonly count: number;
}

/** The path and query that say it. */
export function pathOf({ scenario, seed, count }: Visit): string {
  return `/${scenario}?seed=${seed}&count=${count}`;
}

/** The opposite of {@linkcode pathOf}. */
export function visitOf(target: string): Visit {
  const { pathname, searchParams } = new URL(target, "ws://localhost");
  const scenario = pathname.slice(1) as ScenarioName;
  return { scenario, seed: Number(searchParams.get("seed")), count: Number(searchParams.get("count")) };
}
