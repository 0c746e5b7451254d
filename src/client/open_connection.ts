import { parseWebSocketUrl } from "../core/url.ts";
import { connectEventDriven, type Opened } from "../driver/event_driver.ts";
import { loadTransport } from "../transport/detect.ts";
import { checkOptions, connectionSettings, refuseUnsupported, socketOptions } from "./check_options.ts";
import type { NonBlockingOptions } from "./options.ts";

/**
 * Opens a WebSocket on this thread: what every client does, wherever its thread is. Options are checked before
 * anything is opened.
 */
export async function openConnection<Client>(
  url: string | URL,
  options: NonBlockingOptions,
): Promise<Opened<Client>> {
  const parsed = parseWebSocketUrl(url);
  checkOptions(options);
  const transport = typeof options.transport === "object"
    ? options.transport
    : await loadTransport(options.transport);
  const socket = socketOptions(options);
  refuseUnsupported(socket, transport);
  const { tls, headers, protocols, handshakeTimeout = DEFAULT_HANDSHAKE_TIMEOUT } = options;
  const target = { url: parsed, transport, socket, tls, headers, protocols, handshakeTimeout };
  return await connectEventDriven<Client>(target, connectionSettings(options));
}

/** Milliseconds. */
export const DEFAULT_HANDSHAKE_TIMEOUT = 10_000;
