/**
 * A server's answers to the opening handshake: right, nearly right, and wrong. One character per byte.
 *
 * @module
 */
import fc from "fast-check";
import { sampleAccept } from "../core/answers.ts";
import { nearly } from "./streams.ts";

/** The subprotocols that the request offers. */
export const offered = ["chat", "superchat"] as const;

const statusLine = fc.oneof(
  { weight: 12, arbitrary: fc.constant("HTTP/1.1 101 Switching Protocols") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "HTTP/1.1 101",
      "HTTP/1.1 101 ",
      "HTTP/1.0 101 Switching Protocols",
      "HTTP/1.2 101 Switching Protocols",
      "HTTP/2.0 101 Switching Protocols",
      "HTTP/1.1  101 Switching Protocols",
      "http/1.1 101 Switching Protocols",
      "HTTP/1.1 200 OK",
      "HTTP/1.1 401 Unauthorized",
      "HTTP/1.1 099 Odd",
      "HTTP/1.1 1010 Odd",
      "HTTP/1.1 204 No Content",
      "HTTP/1.1 404 Caf\xe9",
      "",
    ),
  },
);

/** Mostly what is right; at times what looks like it. */
function mostly(right: string, ...others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, {
    weight: 1,
    arbitrary: fc.constantFrom("", ...others),
  });
}

const upgrade = mostly(
  "Upgrade: websocket",
  "upgrade: WebSocket",
  "Upgrade:\twebsocket ",
  "Upgrade: websocket, h2c",
  "Upgrade: websocket\r\nUpgrade: websocket",
  "Upgrade: web socket",
  "Upgrade : websocket",
  "Upgrade websocket",
);

const connection = mostly(
  "Connection: Upgrade",
  "CONNECTION: keep-alive, upgrade",
  "Connection: keep-alive\r\nConnection: ,Upgrade",
  "Connection: close",
  "Connection: upgraded",
  "Connection: Upgrade;x",
);

const accept = mostly(
  `Sec-WebSocket-Accept: ${sampleAccept}`,
  `sec-websocket-accept:${sampleAccept}  `,
  `Sec-WebSocket-Accept: ${sampleAccept.toLowerCase()}`,
  `Sec-WebSocket-Accept: ${sampleAccept.slice(0, -1)}`,
  `Sec-WebSocket-Accept: ${sampleAccept} ${sampleAccept}`,
  `Sec-WebSocket-Accept: ${sampleAccept}\r\nSec-WebSocket-Accept: ${sampleAccept}`,
  `Sec-WebSocket-Accept: "${sampleAccept}"`,
  "Sec-WebSocket-Accept:",
);

const more = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom("Server: x", "X-Empty:", "X: \xe9\xff", "x: a:b", "Date: \t now \t"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "Sec-WebSocket-Protocol: chat",
      "Sec-WebSocket-Protocol: Chat",
      "Sec-WebSocket-Protocol: chat, superchat",
      "Sec-WebSocket-Protocol:",
      "Sec-WebSocket-Extensions: permessage-deflate",
      "Sec-WebSocket-Extensions: foo; bar",
      "Sec-WebSocket-Extensions:",
      "Content-Length: 3",
      "Content-Length: 3, 3",
      "Content-Length: x",
      "Transfer-Encoding: chunked",
      " folded",
      "\tfolded",
      "No colon",
      ": no name",
      "Bad name: x",
      "X: \x01",
      "X: \x7f",
      "X: a\rb",
      "",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 12 }),
  },
);

/** What stands in front of the answer: interim responses. */
const interim = mostly(
  "",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
  "HTTP/1.1 100 Continue\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n",
  "\r\n",
);

const lineBreak = fc.oneof({ weight: 60, arbitrary: fc.constant("\r\n") }, {
  weight: 1,
  arbitrary: fc.constantFrom("\n", "\r", "\r\r\n", "\r\n\r\n"),
});

/** What follows the header: frames, a body. */
const rest = fc.constantFrom("", "", "\x81\x02hi", "abc", "3\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 101 x\r\n\r\n");

const written: fc.Arbitrary<string> = fc.tuple(
  interim,
  statusLine,
  fc.tuple(upgrade, connection, accept, fc.array(more, { maxLength: 3 }))
    .chain(([upgrade, connection, accept, more]) =>
      fc.shuffledSubarray([upgrade, connection, accept, ...more], { minLength: 3 + more.length })
    ),
  fc.infiniteStream(lineBreak),
  rest,
).map(([interim, status, headers, breaks, rest]) => {
  const lines = [status, ...headers.filter((line) => line !== "")];
  const text = lines.map((line) => line + breaks.next().value).join("");
  return interim + text + breaks.next().value + rest;
});

const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** Any answer. */
export const anyResponse: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: written.map(toBytes) },
  { weight: 2, arbitrary: nearly(written.map(toBytes)) },
);
