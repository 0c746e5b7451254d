import type { Connection, Receiver } from "./contestant.ts";
import { connectWith } from "./silver9.ts";

/** This library's non-blocking client, busy polling. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  return connectWith(url, receiver, { spinWaitDuration: null });
}
