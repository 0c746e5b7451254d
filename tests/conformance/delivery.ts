import type { RawPeer } from "../support/raw_server.ts";
import type { ConformanceCase } from "./case.ts";

/** How a server's bytes travel. */
export type DeliveryName = "whole" | "byte by byte" | "random splits";

/** How a server's bytes travel in one run. */
export interface Delivery {
  readonly name: DeliveryName;
  /** Of the random splits. */
  readonly seed: number;
}

const deliveryNames: readonly DeliveryName[] = ["whole", "byte by byte", "random splits"];

/** Every way in which the bytes of a case are to travel. */
export function deliveriesOf({ deliveries = deliveryNames }: ConformanceCase, seed: number): Delivery[] {
  return deliveries.map((name) => ({ name, seed }));
}

/** What a failure calls it. */
export function deliveryLabel({ name, seed }: Delivery): string {
  return name === "random splits" ? `${name}, seed ${seed}` : name;
}

/** Of a large block the pieces are larger, so that no more than this many are sent. */
const MOST_PIECES = 600;

/** Makes everything that the peer sends travel in pieces, unless its script cuts it itself. */
export function deliverInPieces(peer: RawPeer, { name, seed }: Delivery): void {
  if (name === "whole") return;
  const send = peer.send.bind(peer);
  const random = pseudoRandom(seed);
  peer.send = (bytes, options = {}) => {
    const splits = name === "byte by byte"
      ? Math.max(1, Math.ceil(bytes.length / MOST_PIECES))
      : randomOffsets(bytes.length, random);
    return send(bytes, { splits, ...options });
  };
}

/** Up to seven offsets to cut at, in order. */
function randomOffsets(length: number, random: () => number): number[] {
  const offsets = new Set<number>();
  for (let wanted = 1 + Math.floor(random() * 7); wanted > 0; wanted--) {
    if (length > 1) offsets.add(1 + Math.floor(random() * (length - 1)));
  }
  return [...offsets].sort((a, b) => a - b);
}

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
