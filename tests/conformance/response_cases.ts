import { acceptFor, type RawPeer } from "../support/raw_server.ts";
import { type ConformanceCase, opens, refuses } from "./case.ts";
import { closesWith, type Script } from "./scripts.ts";

const crlf = "\r\n";
const okLine = "HTTP/1.1 101 Switching Protocols";

/** Reads the request, answers with these bytes (`ACCEPT` stands for the right value), waits for the client's end. */
function answersWith(text: string): Script {
  return async (peer) => {
    // The client may be gone before all of it is through.
    await answer(peer, text).catch(() => {});
    await peer.closed();
  };
}

/** The same, and the WebSocket is open. */
function opensWith(text: string): Script {
  return async (peer) => {
    await answer(peer, text);
    await closesWith(peer);
  };
}

async function answer(peer: RawPeer, text: string): Promise<void> {
  const request = await peer.readRequest();
  const accept = acceptFor(request.header("sec-websocket-key")!);
  await peer.send(Uint8Array.from(text.replace("ACCEPT", accept), (character) => character.charCodeAt(0)));
}

/** A right answer; `extra` header lines go before the empty line. */
function right(extra = "", statusLine = okLine): string {
  return statusLine + crlf + "Upgrade: websocket" + crlf + "Connection: Upgrade" + crlf +
    "Sec-WebSocket-Accept: ACCEPT" + crlf + extra + crlf;
}

/** Answers that do not open, and what reaches the user. */
const statuses: readonly (readonly [name: string, text: string, told: string])[] = [
  ["200", `HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello`, `200 [content-length: 5] "hello"`],
  ["204", `HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n`, "204 [x-a: b]"],
  [
    "301, which is not followed",
    "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
    "301 [location: /x] [content-length: 0]",
  ],
  ["304", `HTTP/1.1 304 Not Modified\r\n\r\n`, "304"],
  ["400", `HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n`, "400 [content-length: 0]"],
  [
    "401",
    `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 2\r\n\r\nno`,
    `401 [www-authenticate: Basic realm="x"] [content-length: 2] "no"`,
  ],
  ["403 without a reason", `HTTP/1.1 403 \r\nContent-Length: 0\r\n\r\n`, "403 [content-length: 0]"],
  [
    "404 in HTTP/1.0",
    `HTTP/1.0 404 Not Found\r\nContent-Length: 4\r\n\r\nnone`,
    `404 [content-length: 4] "none"`,
  ],
  [
    "426",
    `HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n`,
    "426 [upgrade: h2c] [content-length: 0]",
  ],
  [
    "429 with a chunked body",
    "HTTP/1.1 429 Slow Down\r\nRetry-After: 5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntoo\r\n5;x=y\r\n much\r\n0\r\n\r\n",
    `429 [retry-after: 5] [transfer-encoding: chunked] "too much"`,
  ],
  [
    "500 with two headers of one name",
    `HTTP/1.1 500 Oops\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n`,
    "500 [set-cookie: a] [set-cookie: b] [content-length: 0]",
  ],
  ["599", `HTTP/1.1 599 Mine\r\nContent-Length: 0\r\n\r\n`, "599 [content-length: 0]"],
  [
    "200 with the headers of a 101",
    right("Content-Length: 0\r\n", "HTTP/1.1 200 OK"),
    "200 [upgrade: websocket] [connection: Upgrade] [content-length: 0]",
  ],
];

/** What is no HTTP/1.1 answer at all. Nothing of it reaches the user but the failure. */
const malformed: readonly (readonly [name: string, text: string])[] = [
  ["another protocol", "SSH-2.0-Server\r\n"],
  ["frames at once", "\x81\x05hello\r\n"],
  ["an empty line first", crlf + right()],
  ["HTTP/2 in the status line", right("", "HTTP/2 101 Switching Protocols")],
  ["HTTP/1.1 in small letters", right("", "http/1.1 101 Switching Protocols")],
  ["HTTP/1.1 with a space before it", right("", " " + okLine)],
  ["no status", right("", "HTTP/1.1")],
  ["a status of two digits", right("", "HTTP/1.1 10 Switching Protocols")],
  ["a status of four digits", right("", "HTTP/1.1 1010 Switching Protocols")],
  ["a status with a letter", right("", "HTTP/1.1 1O1 Switching Protocols")],
  ["two spaces before the status", right("", "HTTP/1.1  101 Switching Protocols")],
  ["NUL in the status line", right("", `${okLine}\0`)],
];

/** A 101 with a header that is malformed. */
const malformedHeaders: readonly (readonly [name: string, extra: string])[] = [
  ["NUL in a value", "X-A: a\0b\r\n"],
  ["NUL in a name", "X\0A: b\r\n"],
  ["an escape character in a value", "X-A: \x1b[0m\r\n"],
  ["DEL in a value", "X-A: \x7f\r\n"],
  ["a line that ends in LF alone", "X-A: b\n"],
  ["a CR inside a value", "X-A: a\rb\r\n"],
  ["a CR before the CR and LF", "X-A: b\r\r\n"],
  ["a folded header", "X-A: b\r\n c\r\n"],
  ["a header folded by a tab", "X-A: b\r\n\tc\r\n"],
  ["a space before the colon", "X-A : b\r\n"],
  ["no colon", "X-A\r\n"],
  ["no name", ": b\r\n"],
  ["a space in a name", "X A: b\r\n"],
  ["a parenthesis in a name", "X(A): b\r\n"],
  ["a name beyond ASCII", "X-\xe9: b\r\n"],
];

/** Valid, if unusual. */
const unusual: readonly (readonly [name: string, text: string])[] = [
  ["no reason", right("", "HTTP/1.1 101 ")],
  ["no reason and no space", right("", "HTTP/1.1 101")],
  ["another reason, beyond ASCII", right("", "HTTP/1.1 101 Web Socket Protocol Handsh\xe4ke")],
  ["names in capitals", right().replace("Upgrade:", "UPGRADE:").replace("Sec-WebSocket", "SEC-WEBSOCKET")],
  ["an empty value", right("X-A:\r\n")],
  ["a value beyond ASCII", right("Server: \xe9\xff\r\n")],
  ["tabs in a value", right("X-A: a\tb\r\n")],
  ["every character of a token in a name", right("!#$%&'*+-.^_`|~09azAZ: x\r\n")],
  ["unrelated headers, some twice", right("Date: x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n")],
];

/** Interim answers before the final one. */
const interim: readonly (readonly [name: string, before: string])[] = [
  ["100 Continue", "HTTP/1.1 100 Continue\r\n\r\n"],
  ["102 Processing", "HTTP/1.1 102 Processing\r\n\r\n"],
  ["103 Early Hints", "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\nLink: </y>\r\n\r\n"],
  [
    "100, 103 and 103",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 A\r\nLink: <x>\r\n\r\nHTTP/1.1 103 B\r\nLink: <y>\r\n\r\n",
  ],
  ["199", "HTTP/1.1 199 Whatever\r\nX: y\r\n\r\n"],
  [
    "103 with headers that only count in the final answer",
    "HTTP/1.1 103 Early Hints\r\nUpgrade: h2c\r\nSec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: x\r\nContent-Length: 5\r\n\r\n",
  ],
];

/** Answers as HTTP: rows 8, 9 and 22. */
export const responseCases: readonly ConformanceCase[] = [
  ...statuses.map(([name, text, line]): ConformanceCase => ({
    number: "8",
    name: `the answer ${name}`,
    server: answersWith(text),
    expected: refuses(`HandshakeFailed ${line}`),
  })),
  {
    number: "8",
    name: "a body that ends with the stream",
    server: async (peer) => {
      await answer(peer, "HTTP/1.1 503 Busy\r\n\r\ncome back later");
      await peer.end();
      await peer.closed();
    },
    expected: refuses(`HandshakeFailed 503 "come back later"`),
  },
  {
    number: "8",
    name: "a body cut by the end of the stream",
    server: async (peer) => {
      await answer(peer, "HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\ncome ba");
      await peer.end();
      await peer.closed();
    },
    expected: refuses(`HandshakeFailed 503 [content-length: 100] "come ba"`),
  },
  {
    number: "8",
    name: "over TLS",
    tls: {},
    server: answersWith("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"),
    expected: refuses(`HandshakeFailed 403 [content-length: 2] "no"`),
  },
  ...interim.flatMap(([name, before]): ConformanceCase[] => [
    { number: "9", name: `${name}, then 101`, server: opensWith(before + right()), expected: opens },
    {
      number: "9",
      name: `${name}, then 403`,
      server: answersWith(`${before}HTTP/1.1 403 Forbidden\r\nX-A: b\r\nContent-Length: 2\r\n\r\nno`),
      expected: refuses(`HandshakeFailed 403 [x-a: b] [content-length: 2] "no"`),
    },
  ]),
  ...unusual.map(([name, text]): ConformanceCase => ({
    number: "22",
    name: `allowed: ${name}`,
    server: opensWith(text),
    expected: opens,
  })),
  ...malformed.map(([name, text]): ConformanceCase => ({
    number: "22",
    name,
    server: answersWith(text),
    expected: refuses("HandshakeFailed"),
  })),
  ...malformedHeaders.map(([name, extra]): ConformanceCase => ({
    number: "22",
    name,
    server: answersWith(right(extra)),
    expected: refuses("HandshakeFailed 101"),
  })),
  {
    number: "22",
    name: "a 101 in HTTP/1.0",
    server: answersWith(right("", "HTTP/1.0 101 Switching Protocols")),
    expected: refuses("HandshakeFailed 101"),
  },
  {
    number: "22",
    name: "an answer whose lines end in LF alone",
    server: answersWith(right().replaceAll(crlf, "\n")),
    expected: refuses("HandshakeFailed"),
  },
];
