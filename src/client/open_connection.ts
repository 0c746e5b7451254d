import { parseWebSocketUrl } from "../core/url.ts";
import { connectEventDriven } from "../driver/event_driver.ts";
import type { Opened, OpeningTarget } from "../driver/opening.ts";
import type { ConnectionSettings } from "../driver/settings.ts";
import { detectRuntime, loadTransport } from "../transport/detect.ts";
import type { Transport } from "../transport/transport.ts";
import { checkUnixSocket, redirectSettings, refuseAddress } from "./check_address.ts";
import { codecModule, loadCodec } from "./check_deflate.ts";
import {
  checkOptions,
  connectionSettings,
  refuseTimestamps,
  refuseUnsupported,
  socketOptions,
  TIMESTAMP_RULES,
} from "./check_options.ts";
import { refuseProxyOver, refuseProxyTo } from "./check_proxy.ts";
import type { NonBlockingOptions } from "./options.ts";

/** Forty modules, without which a thread that does not need them starts faster. */
let pollDriver: Promise<typeof import("../driver/poll_driver.ts")> | undefined;

/**
 * Opens a WebSocket on this thread: what every client does, wherever its thread is. Options are checked before
 * anything is opened. `owner` is whom a connection for another thread tells what happens to it.
 */
export async function openConnection<Client>(
  url: string | URL,
  options: NonBlockingOptions,
  owner?: ConnectionSettings["owner"],
): Promise<Opened<Client>> {
  const { target, settings: own } = prepare(url, options);
  const prepared = owner === undefined ? own : { ...own, owner };
  const module = codecModule(options);
  const settings = module === undefined ? prepared : await withCodec(prepared, module);
  if (options.transport === "syscall") {
    const { connectAlongside } = await (pollDriver ??= import("../driver/poll_driver.ts"));
    return await connectAlongside<Client>(target, settings);
  }
  const transport = await transportOf(options);
  refuseUnsupported(options, transport);
  refuseAddress(transport, target);
  refuseProxyOver(transport, options.proxy);
  return await connectEventDriven<Client>(transport, target, settings);
}

/** What is known before anything is opened. */
export interface Prepared {
  readonly target: OpeningTarget;
  readonly settings: ConnectionSettings;
}

/** Checks a URL and options, and fills in the defaults. */
export function prepare(url: string | URL, options: NonBlockingOptions): Prepared {
  const parsed = parseWebSocketUrl(url);
  checkOptions(options, TIMESTAMP_RULES);
  refuseTimestamps(options);
  checkUnixSocket(parsed, options);
  refuseProxyTo(parsed, options.proxy);
  const { tls, headers, protocols, handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT, transport } = options;
  const transportName = typeof transport === "object" ? transport.name : transport ?? detectRuntime();
  const socket = socketOptions(options);
  const followRedirects = redirectSettings(options.followRedirects);
  const target = {
    url: parsed,
    tls,
    headers,
    protocols,
    transportName,
    socket,
    handshakeTimeout,
    lookup: options.lookup,
    proxy: options.proxy,
    followRedirects,
  };
  return { target, settings: connectionSettings(options) };
}

async function withCodec(settings: ConnectionSettings, module: string): Promise<ConnectionSettings> {
  const codec = await loadCodec(module);
  return { ...settings, perMessageDeflate: { ...settings.perMessageDeflate!, codec } };
}

function transportOf({ transport }: NonBlockingOptions): Promise<Transport> | Transport {
  if (typeof transport === "object") return transport;
  return loadTransport(transport as Exclude<typeof transport, "syscall">);
}

/** Milliseconds. */
export const DEFAULT_HANDSHAKE_TIMEOUT = 10_000;
