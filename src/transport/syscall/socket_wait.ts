import { POLLIN, POLLOUT } from "./platform.ts";
import { PollSet } from "./poll_set.ts";
import type { SyscallSocket } from "./syscall_socket.ts";
import type { WakeUp } from "./wake_up.ts";

/** Sleeps until a socket is ready. */
export class SocketWait {
  readonly #socket: SyscallSocket;
  readonly #polls: PollSet = new PollSet(2);

  constructor(socket: SyscallSocket) {
    this.#socket = socket;
  }

  /** See {@linkcode PolledStream.wait}. */
  wait(timeoutMs: number, forWrite: boolean, wakeUp: WakeUp | undefined): boolean {
    const polls = this.#polls;
    polls.set(0, this.#socket.requireFd(), forWrite ? POLLIN | POLLOUT : POLLIN);
    polls.length = 1;
    if (wakeUp === undefined) return polls.wait(timeoutMs);
    polls.set(1, wakeUp.fd, POLLIN);
    polls.length = 2;
    const woken = polls.wait(timeoutMs);
    if (polls.happened(1)) wakeUp.reset();
    return woken;
  }
}
