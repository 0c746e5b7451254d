import type { PerMessageDeflate } from "../core/deflate.ts";
import type { Protocol } from "../core/protocol.ts";
import type { Counters } from "./counters.ts";
import type { KeepAlive } from "./keep_alive.ts";
import type { ReadSide } from "./read_side.ts";
import type { SendSide } from "./send_side.ts";

/** Where the numbers of a connection are kept. */
export interface CounterSources {
  readonly protocol: Protocol;
  readonly reading: Pick<
    ReadSide<unknown>,
    "bytesReceived" | "messagesReceived" | "pingsReceived" | "pongsReceived" | "pauses"
  >;
  readonly sending: SendSide;
  readonly keepAlive: KeepAlive | undefined;
  readonly deflate: PerMessageDeflate | undefined;
  /** By the clock. */
  readonly openedAt: number;
  /** By the clock; NaN before. */
  readonly closedAt: number;
}

/** Gathers the numbers of a connection as they are now: all else that they cost is to be counted. */
export function readCounters(sources: CounterSources): Counters {
  const { protocol, reading, sending, keepAlive, deflate, openedAt, closedAt } = sources;
  const epoch = performance.timeOrigin;
  return {
    bytesReceived: reading.bytesReceived,
    bytesSent: sending.bytesSent,
    framesReceived: protocol.framesReceived,
    framesSent: protocol.framesSent,
    messagesReceived: reading.messagesReceived,
    messagesSent: sending.messagesSent,
    pingsReceived: reading.pingsReceived,
    pingsSent: sending.pingsSent,
    pongsReceived: reading.pongsReceived,
    bufferedAmount: sending.waiting,
    bufferedAmountPeak: sending.peak,
    pauses: reading.pauses,
    openedAt: epoch + openedAt,
    closedAt: epoch + closedAt,
    lastReceivedAt: epoch + (keepAlive?.lastReceived ?? NaN),
    lastRoundTrip: sending.pings?.last ?? NaN,
    inflatedMessages: deflate?.receiver.messages ?? NaN,
    inflatedFrom: deflate?.receiver.compressedBytes ?? NaN,
    inflatedTo: deflate?.receiver.uncompressedBytes ?? NaN,
    deflatedMessages: deflate?.sender.messages ?? NaN,
    deflatedFrom: deflate?.sender.uncompressedBytes ?? NaN,
    deflatedTo: deflate?.sender.compressedBytes ?? NaN,
  };
}
