import { WebSocketError } from "../core/errors.ts";
import type { ConnectionSettings } from "../driver/settings.ts";
import { tellsReceiveTimes } from "../transport/syscall/timestamped_reader.ts";
import type { SocketOptions, TlsOptions, Transport } from "../transport/transport.ts";
import type { ClientOptions, NonBlockingOptions, TimestampOptions } from "./options.ts";

const MIB = 1024 * 1024;
/** Bytes. */
export const DEFAULT_MAX_BUFFERED = 64 * MIB;
/** Bytes. */
export const DEFAULT_HIGH_WATER_MARK: number = MIB;
/** Of the channels for events and for commands, in bytes. */
export const DEFAULT_CAPACITY: number = 4 * MIB;
/** The longest delay that the runtimes' timers keep. */
export const MAX_DELAY: number = 2 ** 31 - 1;

/** The options of one kind, by name. */
export type Rules = Readonly<Record<string, Rule>>;

/** Whether a value is allowed for an option, and how to say what is. */
export interface Rule {
  readonly allowed: string;
  test(value: unknown): boolean;
}

/** Milliseconds. */
export const duration: Rule = {
  allowed: `a number of milliseconds above 0 and at most ${MAX_DELAY}`,
  test: (value) => typeof value === "number" && value > 0 && value <= MAX_DELAY,
};
const boolean: Rule = { allowed: "true or false", test: (value) => typeof value === "boolean" };
const object: Rule = { allowed: "an object", test: (value) => typeof value === "object" && value !== null };
const text: Rule = {
  allowed: "a non-empty string",
  test: (value) => typeof value === "string" && value !== "",
};

/** Whole numbers, both ends included. */
export function integer(least: number, most: number, unit = "an integer"): Rule {
  return {
    allowed: `${unit} from ${least} to ${most}`,
    test: (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

function either(first: Rule, second: Rule): Rule {
  return {
    allowed: `${first.allowed}, or ${second.allowed}`,
    test: (value) => first.test(value) || second.test(value),
  };
}

function exactly(...values: readonly unknown[]): Rule {
  return { allowed: values.map(show).join(", "), test: (value) => values.includes(value) };
}

function listOf(rule: Rule): Rule {
  return {
    allowed: `a list, each ${rule.allowed}`,
    test: (value) => Array.isArray(value) && value.length > 0 && value.every(rule.test),
  };
}

/** An object that has these functions. */
function withMethods(allowed: string, ...names: readonly string[]): Rule {
  const has = (value: object, name: string): boolean =>
    typeof (value as Record<string, unknown>)[name] === "function";
  return {
    allowed,
    test: (value) => object.test(value) && names.every((name) => has(value as object, name)),
  };
}

/** Offsets up to here fit the 32-bit arithmetic of the masking and validating loops. */
const GIB = 1024 * MIB;
const transportName = exactly("deno", "bun", "node", "syscall");
const size = integer(1, GIB, "a number of bytes");

/** Headers and subprotocols are looked at closely by the opening handshake. */
const SHARED: Record<keyof ClientOptions, Rule> = {
  headers: object,
  protocols: either({ allowed: "a string", test: (value) => typeof value === "string" }, {
    allowed: "a list of strings",
    test: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  }),
  tls: object,
  transport: either(
    transportName,
    withMethods("an object that implements Transport", "connect"),
  ),
  spinWaitDuration: either(exactly(null), duration),
  handshakeTimeout: duration,
  closeTimeout: duration,
  maxMessageSize: size,
  maxFrameSize: size,
  maxBufferedAmount: size,
  highWaterMark: integer(0, GIB, "a number of bytes"),
  keepAlive: object,
  signal: withMethods("an AbortSignal", "addEventListener"),
  logger: withMethods("an object with debug, info, warn and error", "debug", "info", "warn", "error"),
  noDelay: either(boolean, exactly(null)),
  ttl: integer(1, 255),
  tcpKeepAlive: either(boolean, duration),
  quickAck: boolean,
  busyPoll: integer(0, 1_000_000, "a number of microseconds"),
  receiveBufferSize: integer(1, 2 ** 30, "a number of bytes"),
  sendBufferSize: integer(1, 2 ** 30, "a number of bytes"),
  typeOfService: integer(0, 255),
};

/** What clients have beside the shared options whose caller's thread reads the socket. */
export const TIMESTAMP_RULES: Rules = { receiveTimestamps: boolean };

const capacity = integer(1, 2 ** 30, "a number of bytes");

/** What the clients with a thread have beside the shared options, or otherwise. */
export const THREAD_RULES: Rules = {
  // An object cannot go to another thread.
  transport: transportName,
  thread: withMethods("an IoThread", "open"),
  workerUrl: {
    allowed: "a URL or a string with one",
    test: (value) => value instanceof URL || (typeof value === "string" && URL.canParse(value)),
  },
  eventCapacity: capacity,
  controlCapacity: capacity,
};

/** What the blocking client has beside those. */
export const BLOCKING_RULES: Rules = {
  ...THREAD_RULES,
  ...TIMESTAMP_RULES,
  readTimeout: duration,
  writeTimeout: duration,
};

const TLS: Record<keyof TlsOptions, Rule> = {
  caCerts: either(text, listOf(text)),
  cert: text,
  key: text,
  serverName: text,
  alpnProtocols: listOf(text),
  verify: boolean,
  pins: listOf({
    allowed: '"sha256/" and 32 bytes of Base64',
    test: (value) => typeof value === "string" && /^sha256\/[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value),
  }),
};

const KEEP_ALIVE = { interval: duration, timeout: duration };

/** What is not there yet, so that asking for it is told apart from a typing mistake. */
const NOT_YET: readonly string[] = ["perMessageDeflate", "proxy", "followRedirects", "localAddress"];

/**
 * Checks a client's options before anything is opened.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, the value and what is allowed.
 */
export function checkOptions(options: ClientOptions | NonBlockingOptions, more: Rules = {}): void {
  checkAll("", options, { ...SHARED, ...more });
  if (options.tls !== undefined) checkTls(options.tls);
  if (options.keepAlive !== undefined) {
    checkAll("keepAlive.", options.keepAlive, KEEP_ALIVE);
    if (options.keepAlive.interval === undefined) refuse("keepAlive.interval", undefined, duration.allowed);
  }
}

/** The settings of a connection: the options with defaults in place of what was left out. */
export function connectionSettings(options: NonBlockingOptions): ConnectionSettings {
  const { keepAlive } = options;
  return {
    closeTimeout: options.closeTimeout ?? 5_000,
    maxMessageSize: options.maxMessageSize ?? 64 * MIB,
    maxFrameSize: options.maxFrameSize ?? 16 * MIB,
    maxBufferedAmount: options.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED,
    highWaterMark: options.highWaterMark ?? DEFAULT_HIGH_WATER_MARK,
    spinWaitDuration: options.spinWaitDuration,
    keepAlive: keepAlive &&
      { interval: keepAlive.interval, timeout: keepAlive.timeout ?? keepAlive.interval },
    logger: options.logger,
    signal: options.signal,
    receiveTimestamps: options.receiveTimestamps,
  };
}

/** The socket options among a client's options. */
export function socketOptions(options: SocketOptions): SocketOptions {
  const { noDelay = true, ttl, tcpKeepAlive, quickAck, busyPoll, typeOfService } = options;
  const { receiveBufferSize, sendBufferSize } = options;
  return { noDelay, ttl, tcpKeepAlive, quickAck, busyPoll, receiveBufferSize, sendBufferSize, typeOfService };
}

/**
 * Refuses socket options that the transport cannot set. A default that it cannot set was not asked for.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option and the transport.
 */
export function refuseUnsupported(options: SocketOptions, transport: Transport): void {
  for (const name of transport.unsupported) {
    const value = options[name];
    if (value === undefined || value === null) continue;
    const message = `options: ${name} cannot be set by the transport "${transport.name}"`;
    throw new WebSocketError("InvalidConfiguration", message);
  }
}

/**
 * Refuses receive timestamps where nobody can tell them.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option.
 */
export function refuseTimestamps(
  { receiveTimestamps, transport }: TimestampOptions & Pick<NonBlockingOptions, "transport">,
): void {
  if (!receiveTimestamps || (transport === "syscall" && tellsReceiveTimes)) return;
  const message = 'options: receiveTimestamps needs transport: "syscall", on Linux';
  throw new WebSocketError("InvalidConfiguration", message);
}

function checkTls(tls: TlsOptions): void {
  checkAll("tls.", tls, TLS);
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    throw new WebSocketError("InvalidConfiguration", "options: tls.cert and tls.key go together");
  }
}

function checkAll(prefix: string, values: object, rules: Rules): void {
  if (!object.test(values)) refuse(prefix.slice(0, -1) || "options", values, object.allowed);
  for (const [name, value] of Object.entries(values)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      const why = NOT_YET.includes(name) ? "is not implemented yet" : "is not an option";
      throw new WebSocketError("InvalidConfiguration", `options: ${prefix}${name} ${why}`);
    }
    if (value !== undefined && !rule.test(value)) refuse(prefix + name, value, rule.allowed);
  }
}

function refuse(name: string, value: unknown, allowed: string): never {
  // PEM texts and headers are not for messages.
  const shown = name === "headers" || name.startsWith("tls.") ? typeof value : show(value);
  throw new WebSocketError("InvalidConfiguration", `options: ${name} is ${shown}, allowed: ${allowed}`);
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  if (typeof value === "function") return "a function";
  return String(value);
}
