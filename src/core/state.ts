/**
 * The life of a connection after its opening handshake (RFC 6455 §7), as data.
 *
 * ```
 *            close()                   peer's Close
 *   open ────────────────► closing ───────────────────► closed
 *     │                                                   ▲
 *     ├─ peer's Close (answered) ─────────────────────────┤
 *     └─ violation, limit (Close sent), end of stream ────┘
 * ```
 *
 * - `open`: both directions carry messages.
 * - `closing`: our Close has gone out, so nothing more is sent (§5.5.1); messages of the peer that were on their
 *   way are still handed over, until its Close.
 * - `closed`: nothing more is read or sent; what remains is the byte stream's end.
 *
 * `connecting` is the time before, when a client does not exist yet; drivers and logs use the word.
 *
 * @module
 */

/** Where a connection stands. */
export type ConnectionState = "connecting" | "open" | "closing" | "closed";

/** What can happen to a connection, as far as its state is concerned. */
export type Transition = "localClose" | "remoteClose" | "failure" | "streamEnd";

const TRANSITIONS: Record<ConnectionState, Partial<Record<Transition, ConnectionState>>> = {
  connecting: { failure: "closed", streamEnd: "closed" },
  open: { localClose: "closing", remoteClose: "closed", failure: "closed", streamEnd: "closed" },
  closing: { remoteClose: "closed", failure: "closed", streamEnd: "closed" },
  closed: { streamEnd: "closed" },
};

/** The state that follows; throws where the transition is not allowed, which is a mistake in this module. */
export function nextState(state: ConnectionState, transition: Transition): ConnectionState {
  const next = TRANSITIONS[state][transition];
  if (next === undefined) throw new Error(`no transition ${transition} from ${state}`);
  return next;
}
