import { inspect } from "node:util";
import type { CloseInfo } from "../core/close_info.ts";
import type { TimeoutPhase, WebSocketErrorCode } from "../core/errors.ts";
import { WebSocketError } from "../core/errors.ts";

/** A foreign error, as far as it can be told to another thread. */
interface CauseRecord {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

/** A {@linkcode WebSocketError} as JSON. */
export interface ErrorRecord {
  readonly code: WebSocketErrorCode;
  readonly message: string;
  readonly phase?: TimeoutPhase;
  readonly closeCode?: number;
  readonly response?: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    /** Base64. */
    readonly body: string;
  };
  readonly cause?: CauseRecord;
}

/** A {@linkcode CloseInfo} as JSON. */
export type CloseRecord = Omit<CloseInfo, "error"> & { readonly error?: ErrorRecord };

/** Describes an error for another thread. */
export function toErrorRecord(error: WebSocketError): ErrorRecord {
  const { code, message, phase, closeCode, response, cause } = error;
  return {
    code,
    message,
    phase,
    closeCode,
    response: response && {
      status: response.status,
      headers: response.headers,
      body: toBase64(response.body),
    },
    cause: cause === undefined ? undefined : toCauseRecord(cause),
  };
}

/** Makes the error anew. Its cause is an `Error` with the name, message and `code` of the original. */
export function fromErrorRecord(record: ErrorRecord): WebSocketError {
  const { code, message, phase, closeCode, response, cause } = record;
  return new WebSocketError(code, message, {
    phase,
    closeCode,
    response: response && { ...response, body: fromBase64(response.body) },
    cause: cause && fromCauseRecord(cause),
  });
}

/** Describes the end of a connection for another thread. */
export function toCloseRecord(close: CloseInfo): CloseRecord {
  const { code, reason, wasClean, initiator, error } = close;
  return { code, reason, wasClean, initiator, error: error && toErrorRecord(error) };
}

/** As it was before {@linkcode toCloseRecord}. */
export function fromCloseRecord(record: CloseRecord): CloseInfo {
  const { error, ...close } = record;
  return error === undefined ? close : { ...close, error: fromErrorRecord(error) };
}

function toCauseRecord(cause: unknown): CauseRecord {
  if (!(cause instanceof Error)) {
    return { name: "Error", message: typeof cause === "string" ? cause : inspect(cause) };
  }
  const code = "code" in cause ? cause.code : undefined;
  return {
    name: cause.name,
    message: cause.message,
    code: typeof code === "string" || typeof code === "number" ? code : undefined,
  };
}

function fromCauseRecord({ name, message, code }: CauseRecord): Error {
  const cause = new Error(message);
  cause.name = name;
  return code === undefined ? cause : Object.assign(cause, { code });
}

function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
