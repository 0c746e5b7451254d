import type { WebSocketError } from "../core/errors.ts";
import type { ByteStream, Transport } from "../transport/transport.ts";
import { eventLoopClock } from "./clock.ts";
import { ConnectLimit } from "./connect_limit.ts";
import { EventLoopPolling } from "./event_loop_polling.ts";
import { type Opened, Opening, type OpeningTarget } from "./opening.ts";
import type { ConnectionSettings } from "./settings.ts";
import { Upgrade } from "./upgrade.ts";

/**
 * Opens a WebSocket over an event-driven transport: byte stream, then opening handshake, within one limit of
 * time. The connection is not read before it runs.
 */
export async function connectEventDriven<Client>(
  transport: Transport,
  target: OpeningTarget,
  settings: ConnectionSettings,
): Promise<Opened<Client>> {
  // Before anything is opened: this also checks headers and subprotocols.
  const opening = new Opening<Client>(target, settings);
  const limit = new ConnectLimit(target.handshakeTimeout, settings.signal, opening);
  try {
    const opened = await openFollowing(transport, opening, limit.signal);
    const { spinWaitDuration } = settings;
    if (spinWaitDuration === undefined) return opened;
    return { ...opened, turns: new EventLoopPolling(spinWaitDuration, opened.connection) };
  } catch (error) {
    opening.failed(error);
    throw error;
  } finally {
    limit.clear();
  }
}

async function openFollowing<Client>(
  transport: Transport,
  opening: Opening<Client>,
  signal: AbortSignal,
): Promise<Opened<Client>> {
  const { enterPhase } = opening;
  for (;;) {
    try {
      const stream = await transport.connect(opening.begin(), { signal, enterPhase });
      enterPhase("upgrade");
      return await upgrade(stream, opening, signal);
    } catch (error) {
      opening.followOrThrow(error);
    }
  }
}

function upgrade<Client>(
  stream: ByteStream,
  opening: Opening<Client>,
  signal: AbortSignal,
): Promise<Opened<Client>> {
  const { promise, resolve, reject } = Promise.withResolvers<Opened<Client>>();
  const upgrade = new Upgrade(stream, opening.handshake, {
    onOpen: (leftover) => resolve(opening.open(stream, leftover, eventLoopClock)),
    onFail: reject,
  });
  const onAbort = (): void => upgrade.giveUp(signal.reason as WebSocketError);
  if (signal.aborted) {
    onAbort();
    return promise;
  }
  signal.addEventListener("abort", onAbort, { once: true });
  upgrade.start();
  return promise.finally(() => signal.removeEventListener("abort", onAbort));
}
