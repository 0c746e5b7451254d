import { currentRuntime, type Runtime } from "../runtimes.ts";

/** What a benchmark wants of each message that arrives. */
export type Receiver =
  | { readonly wants: "arrival"; onMessage(): void }
  /** `bytes[start, end)`, as the library hands it over with the least work. */
  | { readonly wants: "bytes"; onMessage(bytes: Uint8Array, start: number, end: number): void }
  | { readonly wants: "text"; onMessage(text: string): void };

/** An open connection, as its library is used best. */
export interface Connection {
  /** Bytes that the library holds back because the system does not take them. */
  readonly bufferedAmount: number;
  /** Sends one binary message by itself. */
  send(data: Uint8Array): void;
  /** Sends `data` so many times, in the best way the library has for several messages at once. */
  sendMany(data: Uint8Array, count: number): void;
  sendText(text: string): void;
  /** Waits until the library holds back little. */
  drained(): Promise<void>;
  /** Begins the closing handshake. */
  close?(): void;
  /** Gives the thread back, where the connection has it for itself. */
  leave?(): void;
}

/**
 * Opens a connection and hands every message to `receiver`. A connection that needs the thread for itself takes
 * it in the next turn of the event loop, and gives it back when it is to `leave`.
 */
export type Connect = (url: string, receiver: Receiver) => Promise<Connection>;

/** Backlog above which a sender has to wait. */
export const HIGH_WATER_MARK = 1024 * 1024;

interface Entry {
  readonly runtimes?: readonly Runtime[];
  load(): Promise<Connect>;
}

/** Every contestant by name. The loading is late: a program measures one, and holds nothing of the others. */
const CONTESTANTS: Record<string, Entry> = {
  silver9: { load: async () => (await import("./silver9.ts")).connect },
  "silver9-view": { load: async () => (await import("./silver9.ts")).viewing },
  "silver9-polling": {
    load: async () => (await import("./silver9_polling.ts")).connect,
    runtimes: ["bun", "node"],
  },
  "silver9-syscall": { load: async () => (await import("./silver9_sync.ts")).syscall },
  "silver9-syscall-waiting": { load: async () => (await import("./silver9_sync.ts")).syscallWaiting },
  "silver9-blocking": { load: async () => (await import("./silver9_sync.ts")).blocking },
  "silver9-blocking-syscall": { load: async () => (await import("./silver9_sync.ts")).blockingSyscall },
  "silver9-blocking-polling": { load: async () => (await import("./silver9_sync.ts")).blockingPolling },
  "silver9-async": { load: async () => (await import("./silver9_async.ts")).async },
  "silver9-async-polling": { load: async () => (await import("./silver9_async.ts")).asyncPolling },
  own: { load: async () => (await import("./own.ts")).connect },
  ws: { load: async () => (await import("./ws.ts")).connect },
  undici: { load: async () => (await import("./undici.ts")).connect },
  // Not clients: what the runtime's TCP can do at most, and what system calls can.
  raw: { load: async () => (await import("./raw.ts")).connect },
  "raw-polling": {
    load: async () => (await import("./raw_polling.ts")).connect,
    runtimes: ["bun", "node"],
  },
  "raw-syscall": { load: async () => (await import("./raw_syscall.ts")).polling },
  "raw-syscall-waiting": { load: async () => (await import("./raw_syscall.ts")).waiting },
};

/** The contestants that exist in a runtime. */
export function contestantsOf(runtime: Runtime): string[] {
  return Object.keys(CONTESTANTS).filter((name) => CONTESTANTS[name].runtimes?.includes(runtime) ?? true);
}

/** Loads a contestant by name. */
export function loadContestant(name: string): Promise<Connect> {
  if (!contestantsOf(currentRuntime()).includes(name)) {
    throw new Error(`No such contestant in ${currentRuntime()}: ${name}`);
  }
  return CONTESTANTS[name].load();
}
