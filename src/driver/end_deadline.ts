import { WebSocketError } from "../core/errors.ts";
import type { Clock, Timer } from "./clock.ts";
import { type ConnectionSettings, timeBetweenPolls } from "./settings.ts";

/**
 * After a failure the peer gets this long to read our Close and to end the stream; dropping it at once would make
 * the kernel send a reset that can overtake the Close frame.
 */
const LINGER_MS = 1000;

/**
 * What is waited for: `closing`, the peer's answer to Close and the end of the stream; `lingering`, that it takes our
 * last words, when it has ended its side; `failing`, that it reads our Close.
 */
export type AwaitedEnd = "closing" | "lingering" | "failing";

/** Begins to limit the wait for a connection's end. */
export function startEndDeadline(
  awaited: AwaitedEnd,
  settings: ConnectionSettings,
  { clock, giveUp }: { readonly clock: Clock; giveUp(error: WebSocketError): void },
): Timer {
  const { closeTimeout } = settings;
  const limits = {
    closing: closeTimeout + timeBetweenPolls(settings),
    lingering: LINGER_MS,
    failing: Math.min(LINGER_MS, closeTimeout),
  };
  return clock.after(limits[awaited], () => {
    const message = `the peer did not answer Close within closeTimeout, ${closeTimeout} ms`;
    giveUp(new WebSocketError("Timeout", message, { phase: "close" }));
  });
}
