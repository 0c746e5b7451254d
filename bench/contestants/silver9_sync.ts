import { setImmediate } from "node:timers";
import {
  BlockingClient,
  type BlockingOptions,
  NonBlockingClient,
  type NonBlockingOptions,
} from "../../mod.ts";
import type { Connect } from "./contestant.ts";
import { Silver9Connection, tlsOptions } from "./silver9.ts";

/** This library's non-blocking client on system calls, polling. */
export const syscall: Connect = nonBlocking({ transport: "syscall", spinWaitDuration: null });

/** The same, asleep in the kernel while nothing comes. */
export const syscallWaiting: Connect = nonBlocking({ transport: "syscall" });

/** This library's blocking client, with a thread of its own. */
export const blocking: Connect = blockingWith({});

/** The same when both threads poll. */
export const blockingPolling: Connect = blockingWith({ spinWaitDuration: null });

/** This library's blocking client on system calls: no other thread. */
export const blockingSyscall: Connect = blockingWith({ transport: "syscall" });

function nonBlocking(options: NonBlockingOptions): Connect {
  return (url, receiver) => {
    const client = NonBlockingClient.connectSync(url, { ...tlsOptions(url), ...options });
    const connection = new Silver9Connection(client, receiver, (handler) => {
      setImmediate(() => client.runSync(handler));
    });
    return Promise.resolve(connection);
  };
}

function blockingWith(options: BlockingOptions): Connect {
  return (url, receiver) => {
    const client = BlockingClient.connect(url, { ...tlsOptions(url), ...options });
    const connection = new Silver9Connection(client, receiver, (handler) => {
      setImmediate(() => client.run(handler));
    });
    return Promise.resolve(connection);
  };
}
