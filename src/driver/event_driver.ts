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
    const opened = await openFollowing(transport, opening, limit);
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
  limit: ConnectLimit,
): Promise<Opened<Client>> {
  const { enterPhase } = opening;
  const context = { signal: limit.signal, enterPhase };
  for (;;) {
    try {
      const stream = await transport.connect(opening.begin(), context);
      enterPhase("upgrade");
      return await upgrade(stream, opening, limit);
    } catch (error) {
      opening.followOrThrow(error);
    }
  }
}

function upgrade<Client>(
  stream: ByteStream,
  opening: Opening<Client>,
  limit: ConnectLimit,
): Promise<Opened<Client>> {
  return new Promise((resolve, reject) => {
    const upgrade = new Upgrade(stream, opening.handshake, {
      onOpen: (leftover) => resolve(opening.open(stream, leftover, eventLoopClock)),
      onFail: reject,
    });
    limit.onEnd = (error) => upgrade.giveUp(error);
    if (limit.signal.aborted) limit.onEnd(limit.signal.reason as WebSocketError);
    else upgrade.start();
  });
}
