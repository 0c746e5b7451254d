import type { CompressionStats, ConnectionStats } from "./stats.ts";

/** The numbers of `ConnectionStats`, each in its place: for memory that threads share. NaN stands for `undefined`. */
export const COUNTERS = [
  "bytesReceived",
  "bytesSent",
  "framesReceived",
  "framesSent",
  "messagesReceived",
  "messagesSent",
  "pingsReceived",
  "pingsSent",
  "pongsReceived",
  "bufferedAmount",
  "bufferedAmountPeak",
  "pauses",
  "openedAt",
  "closedAt",
  "lastReceivedAt",
  "lastRoundTrip",
  "inflatedMessages",
  "inflatedFrom",
  "inflatedTo",
  "deflatedMessages",
  "deflatedFrom",
  "deflatedTo",
] as const;

/** The numbers of `ConnectionStats`. */
export type Counters = { readonly [Name in typeof COUNTERS[number]]: number };

/** Counters as a program sees them. */
export function toStats(
  counters: Counters,
  { id, connect, roundTrips }: Pick<ConnectionStats, "id" | "connect" | "roundTrips">,
): ConnectionStats {
  return {
    id,
    bytesReceived: counters.bytesReceived,
    bytesSent: counters.bytesSent,
    framesReceived: counters.framesReceived,
    framesSent: counters.framesSent,
    messagesReceived: counters.messagesReceived,
    messagesSent: counters.messagesSent,
    pingsReceived: counters.pingsReceived,
    pingsSent: counters.pingsSent,
    pongsReceived: counters.pongsReceived,
    bufferedAmount: counters.bufferedAmount,
    bufferedAmountPeak: counters.bufferedAmountPeak,
    pauses: counters.pauses,
    compression: compressionOf(counters),
    connect,
    openedAt: counters.openedAt,
    closedAt: known(counters.closedAt),
    lastReceivedAt: known(counters.lastReceivedAt),
    lastRoundTrip: known(counters.lastRoundTrip),
    roundTrips,
  };
}

function compressionOf(counters: Counters): ConnectionStats["compression"] {
  if (Number.isNaN(counters.inflatedMessages)) return undefined;
  const received: CompressionStats = {
    messages: counters.inflatedMessages,
    compressedBytes: counters.inflatedFrom,
    uncompressedBytes: counters.inflatedTo,
  };
  const sent: CompressionStats = {
    messages: counters.deflatedMessages,
    compressedBytes: counters.deflatedTo,
    uncompressedBytes: counters.deflatedFrom,
  };
  return { received, sent };
}

function known(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
