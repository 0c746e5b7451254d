import { currentRuntime, type Runtime } from "../runtimes.ts";

/** What a benchmark wants of each message that arrives. */
export type Receiver =
  | { readonly wants: "arrival"; onMessage(): void }
  | { readonly wants: "bytes"; onMessage(bytes: Uint8Array): void }
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
}

/** Opens a connection and hands every message to `receiver`. */
export type Connect = (url: string, receiver: Receiver) => Promise<Connection>;

/** Backlog above which a sender has to wait. */
export const HIGH_WATER_MARK = 1024 * 1024;

interface Entry {
  readonly runtimes?: readonly Runtime[];
  load(): Promise<{ connect: Connect }>;
}

/** Every contestant by name. The loading is late: a program measures one, and holds nothing of the others. */
const CONTESTANTS: Record<string, Entry> = {
  silver9: { load: () => import("./silver9.ts") },
  "silver9-polling": { load: () => import("./silver9_polling.ts"), runtimes: ["bun", "node"] },
  own: { load: () => import("./own.ts") },
  ws: { load: () => import("./ws.ts") },
  undici: { load: () => import("./undici.ts") },
  // Not clients: what the runtime's TCP can do at most.
  raw: { load: () => import("./raw.ts") },
  "raw-polling": { load: () => import("./raw_polling.ts"), runtimes: ["bun", "node"] },
};

/** The contestants that exist in a runtime. */
export function contestantsOf(runtime: Runtime): string[] {
  return Object.keys(CONTESTANTS).filter((name) => CONTESTANTS[name].runtimes?.includes(runtime) ?? true);
}

/** Loads a contestant by name. */
export async function loadContestant(name: string): Promise<Connect> {
  if (!contestantsOf(currentRuntime()).includes(name)) {
    throw new Error(`No such contestant in ${currentRuntime()}: ${name}`);
  }
  return (await CONTESTANTS[name].load()).connect;
}
