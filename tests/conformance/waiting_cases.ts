import { acceptFor, type RawPeer } from "../support/raw_server.ts";
import { type ConformanceCase, opens, refuses } from "./case.ts";
import { closesWith, type Script } from "./scripts.ts";

const shortWait = { handshakeTimeout: 100 };
/** The server says nothing that could be cut, or cuts it itself. */
const whole: ConformanceCase["deliveries"] = ["whole"];
/** Where something has to arrive before the time is over. */
const longerWait = { handshakeTimeout: 500 };
const crlf = "\r\n";

/** A right answer of just this many header bytes, or with just this many fields. */
async function answersAtLength(peer: RawPeer, { bytes, fields = 4 }: { bytes?: number; fields?: number }) {
  const request = await peer.readRequest();
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptFor(request.header("sec-websocket-key")!)}`,
  ];
  while (lines.length < fields) lines.push(`X-Field: ${lines.length}`);
  const length = [...lines, "X-Fill: ", "", ""].join(crlf).length;
  lines.push(`X-Fill: ${"x".repeat(Math.max(0, (bytes ?? 0) - length))}`);
  await peer.send([...lines, "", ""].join(crlf));
}

/** Sends what no client should take; it may be gone before all of it is through. */
function overwhelms(...blocks: readonly string[]): Script {
  return async (peer) => {
    await peer.readRequest();
    try {
      for (const block of blocks) await peer.send(block);
    } catch {
      // Gone.
    }
    await peer.closed();
  };
}

/** Sends this, then one byte at a time, until the client has had enough. */
function drips(start: string, byte: string): Script {
  return async (peer) => {
    await peer.readRequest();
    await peer.send(start);
    const end = Date.now() + 3000;
    while (Date.now() < end) {
      try {
        await peer.send(byte);
      } catch {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error("The client still waits");
  };
}

function tooMuch(name: string, server: Script): ConformanceCase {
  return { number: "19", name, server, expected: refuses("LimitExceeded") };
}

const okLine = "HTTP/1.1 101 Switching Protocols\r\n";

/** The server says this and nothing more. */
function silentAfter(
  what: string,
  text: string,
  told: string,
  rest: Partial<ConformanceCase> = {},
): ConformanceCase {
  return {
    number: "20",
    name: `silence after ${what}`,
    options: shortWait,
    ...(text === "" && { deliveries: whole }),
    server: async (peer) => {
      await peer.readRequest();
      if (text !== "") await peer.send(text);
      await peer.closed();
    },
    expected: refuses(told),
    ...rest,
  };
}

/** The server says this and ends its stream. */
function finAfter(what: string, text: string, told: string): ConformanceCase {
  return {
    number: "22",
    name: `FIN after ${what}`,
    server: async (peer) => {
      await peer.readRequest();
      if (text !== "") await peer.send(text);
      await peer.end();
      await peer.closed();
    },
    expected: refuses(told),
  };
}

/** Answers that do not end, or end early: rows 19, 20 and 22. */
export const waitingCases: readonly ConformanceCase[] = [
  {
    number: "19",
    name: "a header of 16 KiB is taken",
    server: async (peer) => {
      await answersAtLength(peer, { bytes: 16 * 1024 });
      await closesWith(peer);
    },
    expected: opens,
  },
  {
    number: "19",
    name: "a header of 16 KiB and one byte is not",
    server: async (peer) => {
      await answersAtLength(peer, { bytes: 16 * 1024 + 1 });
      await peer.closed();
    },
    expected: refuses("LimitExceeded"),
  },
  {
    number: "19",
    name: "100 header fields are taken",
    server: async (peer) => {
      await answersAtLength(peer, { fields: 100 });
      await closesWith(peer);
    },
    expected: opens,
  },
  {
    number: "19",
    name: "101 header fields are not",
    server: async (peer) => {
      await answersAtLength(peer, { fields: 101 });
      await peer.closed();
    },
    expected: refuses("LimitExceeded"),
  },
  tooMuch("10,000 headers", overwhelms(okLine, "X: y\r\n".repeat(10_000))),
  tooMuch(
    "one endless line",
    overwhelms(okLine, "X-A: ", ...Array.from({ length: 64 }, () => "x".repeat(65_536))),
  ),
  tooMuch(
    "an endless status line",
    overwhelms("HTTP/1.1 101 ", ...Array.from({ length: 8 }, () => "x".repeat(65_536))),
  ),
  tooMuch(
    "interim answers without end",
    overwhelms("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n".repeat(2000)),
  ),
  {
    number: "19",
    name: "a header that drips",
    options: shortWait,
    deliveries: whole,
    server: drips(okLine + "X-A: ", "x"),
    expected: refuses("Timeout upgrade"),
  },
  {
    number: "19",
    name: "a body that drips: the status reaches the user, not the time-out",
    options: longerWait,
    deliveries: whole,
    server: drips("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nnone\r\n", "0"),
    expected: refuses(`HandshakeFailed 404 [transfer-encoding: chunked] "none"`),
  },
  silentAfter("the request", "", "Timeout upgrade"),
  silentAfter("half a status line", "HTTP/1.1 10", "Timeout upgrade"),
  silentAfter("the status line", okLine, "Timeout upgrade"),
  silentAfter("half a header", `${okLine}Upgr`, "Timeout upgrade"),
  silentAfter("all but the last byte", `${okLine}Upgrade: websocket\r\n\r`, "Timeout upgrade"),
  silentAfter("an interim answer", "HTTP/1.1 103 Early Hints\r\n\r\n", "Timeout upgrade"),
  silentAfter("the request, over TLS", "", "Timeout upgrade", { tls: {}, options: longerWait }),
  silentAfter(
    "the head of a refusal",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot",
    `HandshakeFailed 404 [content-length: 9] "not"`,
    { options: longerWait, deliveries: whole },
  ),
  {
    number: "20",
    name: "silence in the TLS handshake",
    options: shortWait,
    deliveries: whole,
    url: (base) => base.replace("ws:", "wss:"),
    server: async (peer) => {
      // Once closed, a connection of Deno's own TLS goes on with its handshake by itself and holds the socket.
      const held = "Deno" in globalThis ? { limit: 1000 } : undefined;
      await peer.closed(held).catch((error) => {
        if (held === undefined) throw error;
      });
    },
    expected: refuses("Timeout tls"),
  },
  {
    number: "22",
    name: "RST after the request",
    // Whether the client sees what came before RST is up to the system, so nothing came.
    deliveries: whole,
    server: async (peer) => {
      await peer.readRequest();
      peer.reset();
      await peer.closed();
    },
    expected: refuses("HandshakeFailed"),
  },
  finAfter("the request", "", "HandshakeFailed"),
  finAfter("half a status line", "HTTP/1.1 10", "HandshakeFailed"),
  finAfter("the status line", okLine, "HandshakeFailed 101"),
  finAfter("all but the last byte", `${okLine}Upgrade: websocket\r\n\r`, "HandshakeFailed 101"),
  finAfter("an interim answer", "HTTP/1.1 103 Early Hints\r\n\r\n", "HandshakeFailed"),
];
