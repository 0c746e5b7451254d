import { WebSocketError } from "../../mod.ts";
import type { TunnelHandshake } from "../../src/proxy/tunnel.ts";

/** What came of a conversation with a proxy. */
export interface Outcome {
  /** What was said to the proxy, turn by turn. */
  readonly said: readonly Uint8Array[];
  readonly done: boolean;
  /** Bytes that were not for the handshake. */
  readonly leftover: number;
  readonly error: WebSocketError | undefined;
}

/** Hands a proxy's answers to a handshake, in pieces of at most so many bytes. */
export function feed(handshake: TunnelHandshake, answer: Uint8Array, pieces = Infinity): Outcome {
  const said: Uint8Array[] = [];
  const listen = () => {
    const output = handshake.takeOutput();
    if (output.length > 0) said.push(output);
  };
  listen();
  let at = 0;
  try {
    while (at < answer.length && !handshake.done) {
      const piece = answer.slice(at, at + Math.min(pieces, answer.length));
      at += handshake.receive(piece);
      // Nothing of the memory may be kept.
      piece.fill(0xaa);
      listen();
    }
    return { said, done: handshake.done, leftover: answer.length - at, error: undefined };
  } catch (error) {
    if (!(error instanceof WebSocketError)) throw error;
    return { said, done: handshake.done, leftover: 0, error };
  }
}

/** Whole, and byte by byte. */
export const waysToSplit: readonly number[] = [Infinity, 1, 3];
