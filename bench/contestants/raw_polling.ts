import type { Connection, Receiver } from "./contestant.ts";
import { connect as connectRaw } from "./raw.ts";

/** The floor, with an event loop that never sleeps. */
export function connect(url: string, receiver: Receiver): Promise<Connection> {
  const spin = (): void => void setImmediate(spin);
  spin();
  return connectRaw(url, receiver);
}
