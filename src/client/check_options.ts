import { WebSocketError } from "../core/errors.ts";
import type { ConnectionSettings } from "../driver/settings.ts";
import { tellsReceiveTimes } from "../transport/syscall/timestamped_reader.ts";
import type { SocketOptions, Transport } from "../transport/transport.ts";
import { ADDRESS_RULES, checkAddressOptions } from "./check_address.ts";
import { checkProxy, PROXY_RULE } from "./check_proxy.ts";
import { checkRuntime } from "./check_runtime.ts";
import { checkTls } from "./check_tls.ts";
import { checkDeflate, deflateSettings } from "./check_deflate.ts";
import type { ClientOptions, NonBlockingOptions, TimestampOptions } from "./options.ts";
import {
  boolean,
  checkAll,
  duration,
  either,
  exactly,
  integer,
  object,
  refuse,
  type Rule,
  type Rules,
  text,
  withMethods,
} from "./rules.ts";

const MIB = 1024 * 1024;
/** Bytes. */
export const DEFAULT_MAX_BUFFERED = 64 * MIB;
/** Bytes. */
export const DEFAULT_HIGH_WATER_MARK: number = MIB;
/** Of the channels for events and for commands, in bytes. */
export const DEFAULT_CAPACITY: number = 4 * MIB;
/** Of the rules, for those who add some. */
export { duration, integer, MAX_DELAY, type Rules } from "./rules.ts";

/** Offsets up to here fit the 32-bit arithmetic of the masking and validating loops. */
const GIB = 1024 * MIB;
const transportName = exactly("deno", "bun", "node", "syscall");
const size = integer(1, GIB, "a number of bytes");

const transportObject: Rule = {
  allowed: "an object that implements Transport",
  test(value: unknown): boolean {
    if (!withMethods("", "connect").test(value)) return false;
    const { name, unsupported } = value as Partial<Transport>;
    return text.test(name) && Array.isArray(unsupported) && unsupported.every(text.test);
  },
};

/** Headers and subprotocols are looked at closely by the opening handshake. */
const SHARED: Record<keyof ClientOptions, Rule> = {
  headers: object,
  protocols: either({ allowed: "a string", test: (value) => typeof value === "string" }, {
    allowed: "a list of strings",
    test: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  }),
  tls: object,
  transport: either(transportName, transportObject),
  spinWaitDuration: either(exactly(null), duration),
  handshakeTimeout: duration,
  closeTimeout: duration,
  maxMessageSize: size,
  messageParts: boolean,
  maxFrameSize: size,
  maxBufferedAmount: size,
  highWaterMark: integer(0, GIB, "a number of bytes"),
  keepAlive: object,
  perMessageDeflate: either(boolean, object),
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
  ...ADDRESS_RULES,
  proxy: PROXY_RULE,
};

/** The options of clients whose caller's thread reads the socket. */
export const TIMESTAMP_RULES: Rules = { ...SHARED, receiveTimestamps: boolean };

const capacity = integer(1, 2 ** 30, "a number of bytes");

/** The options of clients with a thread. */
export const THREAD_RULES: Rules = {
  ...SHARED,
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

/** The options of the blocking client. */
export const BLOCKING_RULES: Rules = {
  ...THREAD_RULES,
  ...TIMESTAMP_RULES,
  readTimeout: duration,
  writeTimeout: duration,
};

const KEEP_ALIVE = { interval: duration, timeout: duration };

/**
 * Checks a client's options before anything is opened.
 *
 * @throws {WebSocketError} `InvalidConfiguration`, naming the option, the value and what is allowed.
 */
export function checkOptions(options: ClientOptions | NonBlockingOptions, rules: Rules): void {
  checkRuntime();
  checkAll("", options, rules);
  if (options.tls !== undefined) checkTls(options.tls);
  if (options.keepAlive !== undefined) {
    checkAll("keepAlive.", options.keepAlive, KEEP_ALIVE);
    if (options.keepAlive.interval === undefined) refuse("keepAlive.interval", undefined, duration.allowed);
  }
  checkAddressOptions(options);
  if (options.proxy !== undefined) checkProxy(options.proxy);
  if (typeof options.perMessageDeflate === "object") checkDeflate(options.perMessageDeflate);
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
    perMessageDeflate: deflateSettings(options.perMessageDeflate),
    logger: options.logger,
    signal: options.signal,
    messageParts: options.messageParts,
    receiveTimestamps: options.receiveTimestamps,
  };
}

/** The socket options among a client's options. */
export function socketOptions(options: SocketOptions): SocketOptions {
  const { noDelay = true, ttl, tcpKeepAlive, quickAck, busyPoll, typeOfService } = options;
  const { receiveBufferSize, sendBufferSize, localAddress } = options;
  const sizes = { receiveBufferSize, sendBufferSize };
  return { noDelay, ttl, tcpKeepAlive, quickAck, busyPoll, ...sizes, typeOfService, localAddress };
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
