import type { ConnectionStats } from "../driver/stats.ts";
import { milliseconds } from "./times.ts";

/** What went over a connection, in a line. */
export function statsText(stats: ConnectionStats): string {
  const { messagesReceived, messagesSent, bytesReceived, bytesSent, connect, roundTrips, bufferedAmount } =
    stats;
  return [
    `received ${count(messagesReceived, "message")}, ${count(bytesReceived, "byte")}`,
    `sent ${count(messagesSent, "message")}, ${count(bytesSent, "byte")}`,
    ...bufferedAmount > 0 ? [`${count(bufferedAmount, "byte")} waiting`] : [],
    `connected in ${milliseconds(connect.total)}`,
    ...roundTrips === undefined ? [] : [`pings ${milliseconds(roundTrips.percentile(50))} (median)`],
  ].join("; ");
}

function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}
