import { EVENT_KIND } from "../channel/event_codec.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { WebSocketError } from "../core/errors.ts";
import type { ConnectionState } from "../core/state.ts";
import type { Handler } from "../driver/handler.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { ConnectionStats } from "../driver/stats.ts";
import { eventCodecWithReason } from "../thread/abort_reason.ts";
import { RemoteConnection } from "../thread/remote_connection.ts";
import type { BlockingClient } from "./blocking.ts";
import type { BlockingEngine } from "./blocking_engine.ts";
import { BlockingRun } from "./blocking_run.ts";
import { THREAD_RULES } from "./check_options.ts";
import { CommandWriter } from "./command_writer.ts";
import type { ControlMessage } from "./events.ts";
import type { PartSink } from "./message_writer.ts";
import type { BlockingOptions } from "./options.ts";
import { type Received, receivedCodec } from "./received.ts";

/** The blocking client's work done by another thread, which answers pings while the caller computes. */
export class ThreadEngine implements BlockingEngine {
  readonly url: string;
  readonly protocol: string;
  readonly extensions: string;
  /** The socket lives on the other thread. */
  readonly socket: undefined = undefined;
  readonly receivedAt: undefined = undefined;
  forgiving = false;

  readonly #remote: RemoteConnection<Received>;
  readonly #commands: CommandWriter;
  #forced = false;

  /** Connects, and returns when the connection is open. */
  constructor(url: string | URL, blockingOptions: BlockingOptions) {
    const { readTimeout: _, writeTimeout = Infinity, receiveTimestamps: __, ...options } = blockingOptions;
    const eventCodec = receivedCodec(eventCodecWithReason(options.signal));
    const remote = new RemoteConnection(url, { options, rules: THREAD_RULES, eventCodec });
    remote.openSync();
    ({ url: this.url, protocol: this.protocol, extensions: this.extensions } = remote);
    this.#remote = remote;
    // From now on pings are answered; what nobody has received waits in the channel, then in the socket.
    remote.run();
    this.#commands = new CommandWriter(remote, writeTimeout);
  }

  get state(): ConnectionState {
    return this.#remote.state;
  }

  get bufferedAmount(): number {
    return this.#remote.bufferedAmount;
  }

  get stats(): ConnectionStats {
    return this.#remote.stats;
  }

  get forced(): boolean {
    return this.#forced;
  }

  get endedByUser(): boolean {
    return this.#remote.endedByUser;
  }

  send(message: ControlMessage): boolean {
    return this.#commands.send(message);
  }

  begin(type: "text" | "binary", options?: SendOptions): PartSink<boolean> {
    return this.#commands.begin(type, options);
  }

  cork<T>(fn: () => T): T {
    return this.#commands.cork(fn);
  }

  close(code: number, reason: string): void {
    this.#commands.close(code, reason);
  }

  forceQuit(): void {
    this.#forced = true;
    this.#remote.forceQuit();
  }

  receive(timeout: number): Received | undefined | null {
    for (;;) {
      const received = this.#remote.events.tryReceive() ?? this.#wait(this.#forced ? Infinity : timeout);
      if (received?.isMessage && !this.#forced) return received;
      this.#remote.takeReports();
      if (!this.#forced || received === null || received?.kind === EVENT_KIND.quit) return received;
    }
  }

  closeInfo(): CloseInfo {
    return this.#remote.waitEnded(Infinity)!;
  }

  run(handler: Handler<BlockingClient>, client: BlockingClient, readTimeout: number): CloseInfo {
    return new BlockingRun(this, handler, client).toTheEnd(readTimeout);
  }

  #wait(timeout: number): Received | undefined | null {
    const { events } = this.#remote;
    try {
      return this.#remote.watched(() => events.receiveSync(timeout));
    } catch (error) {
      // The thread has died: what there is to receive now is how it ended.
      if (error instanceof WebSocketError && error.phase === "thread") return events.tryReceive();
      throw error;
    }
  }
}
