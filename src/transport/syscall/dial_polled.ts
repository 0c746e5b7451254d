/**
 * From addresses to one open connection: Happy Eyeballs (RFC 8305) by `poll`.
 *
 * @module
 */
import { WebSocketError } from "../../core/errors.ts";
import { attemptDelay } from "../dial.ts";
import type { SocketOptions } from "../transport.ts";
import { numericAddress } from "./numeric_address.ts";
import { POLLOUT } from "./platform.ts";
import { PollSet } from "./poll_set.ts";
import type { PolledContext } from "./polled_context.ts";
import type { SocketAddress } from "./socket_address.ts";
import { applySocketOptions } from "./socket_options.ts";
import type { Pause, Steps } from "./steps.ts";
import { SyscallSocket } from "./syscall_socket.ts";

/**
 * Connects to the first address that answers: they are tried in turn, each {@linkcode attemptDelay} after the one
 * before or as soon as one fails. When none answers, throws the only error or an `AggregateError` of all.
 */
export function* dialPolled(
  addresses: readonly SocketAddress[],
  options: SocketOptions,
  context: PolledContext,
): Steps<SyscallSocket> {
  const race = new Race(interleave(addresses), options);
  try {
    for (;;) {
      const winner = race.advance();
      if (winner !== undefined) return winner;
      if (performance.now() >= context.deadline) throw context.expired("tcp");
      yield race.pause(context.deadline);
    }
  } finally {
    race.closeLosers();
  }
}

/** The attempts under way and those to come. */
class Race {
  readonly #addresses: readonly SocketAddress[];
  readonly #options: SocketOptions;
  readonly #local: SocketAddress | undefined;
  readonly #polls: PollSet;
  readonly #errors: unknown[] = [];
  #running: SyscallSocket[] = [];
  #next = 0;
  #nextAt = 0;

  constructor(addresses: readonly SocketAddress[], options: SocketOptions) {
    this.#addresses = addresses;
    this.#options = options;
    const { localAddress } = options;
    if (localAddress !== undefined) this.#local = numericAddress(localAddress, 0);
    this.#polls = new PollSet(addresses.length);
  }

  /** Looks at every attempt and begins those that are due. Answers the first that is connected. */
  advance(): SyscallSocket | undefined {
    const winner = this.#look();
    if (winner !== undefined) return winner;
    while (this.#next < this.#addresses.length && this.#due) {
      const connected = this.#begin(this.#addresses[this.#next++]);
      if (connected !== undefined) return connected;
    }
    if (this.#running.length > 0) return undefined;
    throw this.#errors.length === 1
      ? this.#errors[0]
      : new AggregateError(this.#errors, "every address failed");
  }

  /** Until one attempt is decided, or the next is due. */
  pause(deadline: number): Pause {
    const polls = this.#polls;
    polls.length = this.#running.length;
    this.#running.forEach(({ fd }, index) => polls.set(index, fd, POLLOUT));
    const until = this.#next < this.#addresses.length ? Math.min(deadline, this.#nextAt) : deadline;
    return { until, wait: (timeoutMs) => polls.wait(timeoutMs) };
  }

  /** Closes every attempt but the one that `advance` answered. */
  closeLosers(): void {
    for (const socket of this.#running) socket.close();
  }

  get #due(): boolean {
    return this.#running.length === 0 || performance.now() >= this.#nextAt;
  }

  #look(): SyscallSocket | undefined {
    const decided = this.#running.filter((_, index) => this.#polls.happened(index));
    for (const socket of decided) {
      this.#running = this.#running.filter((other) => other !== socket);
      try {
        socket.finishConnect();
        return socket;
      } catch (error) {
        this.#lost(socket, error);
      }
    }
    return undefined;
  }

  #begin(address: SocketAddress): SyscallSocket | undefined {
    let socket: SyscallSocket | undefined;
    try {
      socket = new SyscallSocket(address.family);
      applySocketOptions(socket, this.#options, address.family);
      if (this.#local !== undefined) socket.bind(this.#local);
      if (socket.connect(address)) return socket;
      this.#polls.set(this.#running.length, socket.fd, POLLOUT);
      this.#running.push(socket);
      this.#nextAt = performance.now() + attemptDelay;
    } catch (error) {
      this.#lost(socket, error);
      // An option that cannot be set is no matter of the address.
      if (error instanceof WebSocketError) throw error;
    }
    return undefined;
  }

  #lost(socket: SyscallSocket | undefined, error: unknown): void {
    socket?.close();
    this.#errors.push(error);
    this.#nextAt = 0;
  }
}

/** RFC 8305 §4: the families take turns, beginning with the one the system put first. */
function interleave(addresses: readonly SocketAddress[]): SocketAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0].family);
  const second = addresses.filter(({ family }) => family !== addresses[0].family);
  return first.flatMap((address, index) => [address, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}
