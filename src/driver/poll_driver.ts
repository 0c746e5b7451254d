import type { WebSocketError } from "../core/errors.ts";
import { connectPolled, connectPolledAlongside } from "../transport/syscall/connect_polled.ts";
import type { PolledContext } from "../transport/syscall/polled_context.ts";
import type { PolledStream } from "../transport/syscall/polled_stream.ts";
import { ConnectLimit } from "./connect_limit.ts";
import { type Opened, Opening, type OpeningTarget } from "./opening.ts";
import { PollClock } from "./poll_clock.ts";
import { nextTurn, PollLoop } from "./poll_loop.ts";
import { PolledByteStream } from "./polled_byte_stream.ts";
import type { ConnectionSettings } from "./settings.ts";
import { Upgrade } from "./upgrade.ts";

/** An open WebSocket whose turns this thread makes. */
export interface OpenedPolled<Client> extends Opened<Client> {
  readonly turns: PollLoop;
  readonly stream: PolledByteStream;
}

/** Opens a WebSocket over the syscall transport while this thread waits. The connection is not read before it runs. */
export function connectBlocking<Client>(
  target: OpeningTarget,
  settings: ConnectionSettings,
): OpenedPolled<Client> {
  const opening = new Opening<Client>(target, settings);
  const deadline = performance.now() + target.handshakeTimeout;
  try {
    if (settings.signal?.aborted) throw opening.aborted();
    const context = contextOf(opening, deadline, settings);
    for (;;) {
      try {
        const stream = connectPolled(opening.begin(), context);
        return upgradeBlocking(new PolledUpgrade(stream, opening, settings), { deadline, opening });
      } catch (error) {
        opening.followOrThrow(error);
      }
    }
  } catch (error) {
    opening.failed(error);
    throw error;
  }
}

/** As {@linkcode connectBlocking}, while the event loop goes on. */
export async function connectAlongside<Client>(
  target: OpeningTarget,
  settings: ConnectionSettings,
): Promise<OpenedPolled<Client>> {
  const opening = new Opening<Client>(target, settings);
  const deadline = performance.now() + target.handshakeTimeout;
  const limit = new ConnectLimit(target.handshakeTimeout, settings.signal, opening);
  const { signal } = limit;
  try {
    if (signal.aborted) throw signal.reason;
    const context = { ...contextOf(opening, deadline, settings), signal };
    for (;;) {
      try {
        const stream = await connectPolledAlongside(opening.begin(), context);
        return await upgradeAlongside(new PolledUpgrade(stream, opening, settings), signal);
      } catch (error) {
        opening.followOrThrow(error);
      }
    }
  } catch (error) {
    opening.failed(error);
    throw error;
  } finally {
    limit.clear();
  }
}

function upgradeBlocking<Client>(
  upgrading: PolledUpgrade<Client>,
  { deadline, opening }: { readonly deadline: number; readonly opening: Opening<Client> },
): OpenedPolled<Client> {
  while (!upgrading.settled) {
    const left = deadline - performance.now();
    if (left <= 0) upgrading.giveUp(opening.tooLate());
    else if (!upgrading.poll()) upgrading.wait(left);
  }
  return upgrading.result();
}

async function upgradeAlongside<Client>(
  upgrading: PolledUpgrade<Client>,
  signal: AbortSignal,
): Promise<OpenedPolled<Client>> {
  while (!upgrading.settled) {
    if (signal.aborted) upgrading.giveUp(signal.reason as WebSocketError);
    else if (!upgrading.poll()) await nextTurn();
  }
  return upgrading.result();
}

function contextOf<Client>(
  opening: Opening<Client>,
  deadline: number,
  { receiveTimestamps }: ConnectionSettings,
): PolledContext {
  return {
    deadline,
    expired: () => opening.tooLate(),
    enterPhase: opening.enterPhase,
    receiveTimestamps,
  };
}

/** The opening handshake on a polled stream. */
class PolledUpgrade<Client> {
  readonly #stream: PolledByteStream;
  readonly #upgrade: Upgrade;
  #opened: OpenedPolled<Client> | undefined;
  #failed: { readonly error: unknown } | undefined;

  constructor(stream: PolledStream, opening: Opening<Client>, settings: ConnectionSettings) {
    const { spinWaitDuration, receiveTimestamps } = settings;
    opening.enterPhase("upgrade");
    const clock = new PollClock();
    const byteStream = this.#stream = new PolledByteStream(stream);
    this.#upgrade = new Upgrade(byteStream, opening.handshake, {
      onOpen: (leftover) => {
        const opened = opening.open(byteStream, leftover, clock);
        const parts = { connection: opened.connection, stream: byteStream, clock, spinWaitDuration };
        const receiveTimes = receiveTimestamps ? stream.socket : undefined;
        this.#opened = { ...opened, stream: byteStream, turns: new PollLoop(parts), receiveTimes };
      },
      onFail: (error) => this.#failed = { error },
    });
    this.#upgrade.start();
  }

  get settled(): boolean {
    return this.#opened !== undefined || this.#failed !== undefined;
  }

  giveUp(error: WebSocketError): void {
    this.#upgrade.giveUp(error);
  }

  poll(): boolean {
    return this.#stream.poll();
  }

  wait(timeout: number): void {
    this.#stream.wait(timeout);
  }

  result(): OpenedPolled<Client> {
    if (this.#opened === undefined) throw this.#failed!.error;
    return this.#opened;
  }
}
