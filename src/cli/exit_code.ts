import type { CloseInfo } from "../core/close_info.ts";
import { CloseCode } from "../core/close_code.ts";
import type { WebSocketError } from "../core/errors.ts";

/** What the command tells by its end. */
export const ExitCode = {
  Ok: 0,
  NotConnected: 1,
  Usage: 2,
  Lost: 3,
  ClosedWithError: 4,
  Unanswered: 5,
  Interrupted: 130,
  Terminated: 143,
} as const;

/** What each code means, for people, in the order of the codes. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.Ok, "it ended as it should: closed by you, or by the server with 1000, 1001 or no code"],
  [ExitCode.NotConnected, "no connection: name look-up, TCP, proxy, TLS, or the server refused"],
  [ExitCode.Usage, "what you asked for cannot be done: options, URL, files, a line of the input"],
  [ExitCode.Lost, "the connection was lost, or the server broke the protocol or a limit"],
  [ExitCode.ClosedWithError, "the server closed with another code"],
  [
    ExitCode.Unanswered,
    "--ping, --bench: something was not answered in time, or the server closed first; --count: fewer messages came",
  ],
  [
    ExitCode.Interrupted,
    "interrupted by Ctrl-C: without a connection, by the second one, or while messages were piped",
  ],
  [ExitCode.Terminated, "ended by SIGTERM"],
];

/** The server is done, or goes away: no error either way. */
const PEACEFUL: readonly number[] = [CloseCode.Normal, CloseCode.GoingAway, CloseCode.NoStatus];

/** What a connection's end means. */
export function exitCodeOfClose({ code, wasClean, initiator }: CloseInfo): number {
  if (!wasClean) return ExitCode.Lost;
  return initiator === "local" || PEACEFUL.includes(code) ? ExitCode.Ok : ExitCode.ClosedWithError;
}

/** What an error means that connecting ended with. */
export function exitCodeOfError(error: WebSocketError): number {
  const isUsage = error.code === "InvalidUrl" || error.code === "InvalidConfiguration";
  return isUsage ? ExitCode.Usage : ExitCode.NotConnected;
}
