/** The opening handshake as a server sees it (RFC 6455 §4.2), with every part of the answer open to abuse. */
import { createHash } from "node:crypto";
import { concat } from "./frames.ts";

/** The client's request, as it came. */
export interface HandshakeRequest {
  /** The whole header block, the empty line included. */
  readonly raw: string;
  readonly method: string;
  readonly target: string;
  readonly version: string;
  /** Header fields in order of arrival; names as they were written. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** The values of the named field in any case, joined by `, `; `undefined` when there is none. */
  header(name: string): string | undefined;
}

/** How to answer; whatever is left out is what a well-behaved server would send. */
export interface HandshakeAnswer {
  /** Default: `HTTP/1.1 101 Switching Protocols`. */
  statusLine?: string;
  /** Fields to add or to replace (names in any case), `null` to leave one out, an array to send one twice. */
  headers?: Readonly<Record<string, string | readonly string[] | null>>;
  /** Bytes that leave in the same write as the header block. */
  append?: Uint8Array | string;
}

/** Reads the header block of a request. */
export function parseRequest(raw: string): HandshakeRequest {
  const [requestLine = "", ...lines] = raw.slice(0, raw.indexOf("\r\n\r\n")).split("\r\n");
  const [method = "", target = "", version = ""] = requestLine.split(" ");
  const fields = lines.map((line) => {
    const colon = line.indexOf(":");
    if (colon <= 0) {
      throw new Error(`Reading the client's request: not a header field: ${JSON.stringify(line)}`);
    }
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const header = (name: string) => {
    const values = fields.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) =>
      value
    );
    return values.length > 0 ? values.join(", ") : undefined;
  };
  return { raw, method, target, version, fields, header };
}

/** What `Sec-WebSocket-Accept` must be for a key (RFC 6455 §4.2.2, item 5.4). */
export function acceptFor(key: string): string {
  return createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
}

/** The bytes of an answer: a 101 that opens the WebSocket, unless told otherwise. */
export function answerTo(request: HandshakeRequest, answer: HandshakeAnswer = {}): Uint8Array<ArrayBuffer> {
  const fields = new Map<string, readonly [name: string, values: readonly string[]]>();
  const set = (name: string, value: string | readonly string[]) =>
    fields.set(name.toLowerCase(), [name, typeof value === "string" ? [value] : value]);

  set("Upgrade", "websocket");
  set("Connection", "Upgrade");
  set("Sec-WebSocket-Accept", acceptFor(request.header("sec-websocket-key") ?? ""));
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (value === null) fields.delete(name.toLowerCase());
    else set(name, value);
  }

  const lines = [...fields.values()].flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  const statusLine = answer.statusLine ?? "HTTP/1.1 101 Switching Protocols";
  return concat([statusLine, ...lines, "", ""].join("\r\n"), answer.append ?? "");
}
