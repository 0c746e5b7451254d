import type { HandshakeResponse } from "../core/errors.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const time = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;
/** RFC 9110 §5.6.7: the form to be used today, and two that a recipient must still understand. */
const DATES: readonly RegExp[] = [
  new RegExp(String.raw`^\w{3}, (?<day>\d\d) (?<month>\w{3}) (?<year>\d{4}) ${time} GMT$`),
  new RegExp(String.raw`^\w{6,9}, (?<day>\d\d)-(?<month>\w{3})-(?<year>\d\d) ${time} GMT$`),
  new RegExp(String.raw`^\w{3} (?<month>\w{3}) (?<day>[ \d]\d) ${time} (?<year>\d{4})$`),
];

/**
 * How long a server asks not to be asked again (`Retry-After`, RFC 9110 §10.2.3), in milliseconds: given in seconds
 * or as a date. `undefined` where it does not say, or says nothing that can be understood.
 *
 * @param date the present, in milliseconds since the epoch.
 */
export function retryAfter(response: HandshakeResponse, date: number): number | undefined {
  const value = response.headers.find(([name]) => name === "retry-after")?.[1].trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const then = parseHttpDate(value, date);
  return then === undefined ? undefined : Math.max(0, then - date);
}

function parseHttpDate(text: string, present: number): number | undefined {
  for (const pattern of DATES) {
    const parts = pattern.exec(text)?.groups;
    if (parts === undefined) continue;
    const month = MONTHS.indexOf(parts.month!);
    if (month < 0) return undefined;
    const { day, hour, minute, second } = parts;
    const year = fullYear(parts.year!, present);
    return Date.UTC(year, month, Number(day), Number(hour), Number(minute), Number(second));
  }
  return undefined;
}

/** Two digits that seem to lie more than 50 years ahead mean the past. */
function fullYear(digits: string, present: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(present).getUTCFullYear();
  const year = thisYear - thisYear % 100 + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
