import { closeFrame, concat, textFrame } from "../support/frames.ts";
import { acceptFor, type HandshakeAnswer, type HandshakeRequest } from "../support/raw_server.ts";
import { closes, type ConformanceCase, type Expected, opens, refuses } from "./case.ts";
import { closesWith, hears, hearsTheEnd, type Script } from "./scripts.ts";

const refused = refuses("HandshakeFailed 101");

/** Answers so, and closes what was opened. */
function answers(answer: HandshakeAnswer): Script {
  return async (peer) => {
    await peer.handshake(answer);
    await closesWith(peer);
  };
}

/** Answers so; the client goes away without a word. */
function answersInVain(answer: HandshakeAnswer): Script {
  return async (peer) => {
    await peer.handshake(answer);
    await peer.closed();
    if (peer.buffered > 0) throw new Error(`${peer.buffered} bytes came in reply`);
  };
}

function good(number: string, name: string, headers: HandshakeAnswer["headers"]): ConformanceCase {
  return { number, name, server: answers({ headers }), expected: opens };
}

function bad(number: string, name: string, headers: HandshakeAnswer["headers"]): ConformanceCase {
  return { number, name, server: answersInVain({ headers }), expected: refused };
}

/** An Accept made from the right one. */
function accept(
  number: string,
  name: string,
  change: (right: string) => string,
  expected: Expected,
): ConformanceCase {
  return {
    number,
    name,
    server: async (peer) => {
      const request = await peer.readRequest();
      await peer.send(upgradeLines(`Sec-WebSocket-Accept:${change(acceptOf(request))}`));
      await (expected === opens ? closesWith(peer) : peer.closed());
    },
    expected,
  };
}

function acceptOf(request: HandshakeRequest): string {
  return acceptFor(request.header("sec-websocket-key")!);
}

function upgradeLines(...lines: string[]): string {
  return ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", ...lines, "", ""]
    .join(
      "\r\n",
    );
}

/** An answer in reply to two subprotocols. */
function chooses(name: string, value: string | readonly string[] | null, chosen?: string): ConformanceCase {
  const server = chosen === undefined
    ? answersInVain({ headers: { "Sec-WebSocket-Protocol": value } })
    : answers({ headers: { "Sec-WebSocket-Protocol": value } });
  const activated = `activated ${chosen}`.trimEnd();
  const events = [activated, "closed 1000 clean remote", "quit"];
  return {
    number: value === null ? "17" : "16",
    name,
    options: { protocols: ["chat", "superchat"] },
    server,
    expected: chosen === undefined ? refused : { events, outcome: "resolves 1000 clean remote" },
  };
}

/** Frames in the same write as the 101. */
function withFrames(name: string, headers: HandshakeAnswer["headers"]): ConformanceCase {
  return {
    number: "21",
    name,
    server: async (peer) => {
      await peer.handshake({ headers, append: concat(textFrame("one"), textFrame("two"), closeFrame(1000)) });
      await hears(peer, "close 1000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(["text one", "text two"], "1000 clean remote"),
  };
}

/** What a 101 must say: rows 10 to 18 and 21. */
export const answerCases: readonly ConformanceCase[] = [
  good("10", "Upgrade in other case", { Upgrade: "WebSocket" }),
  good("10", "Upgrade in capitals", { Upgrade: "WEBSOCKET" }),
  good("10", "Upgrade with white space around it", { Upgrade: " \t websocket \t " }),
  bad("10", "no Upgrade", { Upgrade: null }),
  bad("10", "an empty Upgrade", { Upgrade: "" }),
  bad("10", "another Upgrade", { Upgrade: "h2c" }),
  bad("10", "an Upgrade that only begins so", { Upgrade: "websocket2" }),
  bad("10", "an Upgrade with a version", { Upgrade: "websocket/13" }),
  bad("10", "a list in Upgrade", { Upgrade: "websocket, h2c" }),
  bad("10", "websocket twice in Upgrade", { Upgrade: "websocket, websocket" }),
  bad("10", "two Upgrade headers", { Upgrade: ["websocket", "h2c"] }),
  good("11", "Connection in other case", { Connection: "uPGRADE" }),
  good("11", "Connection: keep-alive, Upgrade", { Connection: "keep-alive, Upgrade" }),
  good("11", "Connection: upgrade,keep-alive", { Connection: "upgrade,keep-alive" }),
  good("11", "Connection with white space and empty elements", { Connection: ",\t upgrade \t, ,close" }),
  good("11", "two Connection headers", { Connection: ["keep-alive", "Upgrade"] }),
  bad("11", "no Connection", { Connection: null }),
  bad("11", "an empty Connection", { Connection: "" }),
  bad("11", "Connection: close", { Connection: "close" }),
  bad("11", "Connection: keep-alive", { Connection: "keep-alive" }),
  bad("11", "a Connection token that only begins so", { Connection: "upgraded" }),
  bad("11", "Connection without a comma", { Connection: "keep-alive Upgrade" }),
  bad("12", "no Accept", { "Sec-WebSocket-Accept": null }),
  bad("12", "the Accept of another key", { "Sec-WebSocket-Accept": acceptFor("dGhlIHNhbXBsZSBub25jZQ==") }),
  accept("12", "an empty Accept", () => "", refused),
  accept("12", "an Accept in other case", (right) => swapCase(right), refused),
  accept("12", "an Accept without its padding", (right) => right.replaceAll("=", ""), refused),
  accept("12", "an Accept with padding too much", (right) => `${right}=`, refused),
  accept("12", "an Accept cut short", (right) => right.slice(0, 20), refused),
  accept("12", "an Accept in quotes", (right) => `"${right}"`, refused),
  accept("12", "an Accept and something behind it", (right) => `${right}, x`, refused),
  accept("12", "a U+00A0 behind the Accept", (right) => `${right}\u00a0`, refused),
  accept("13", "an Accept without a space before it", (right) => right, opens),
  accept("13", "an Accept with spaces around it", (right) => `   ${right}  `, opens),
  accept("13", "an Accept with tabs around it", (right) => `\t \t${right}\t`, opens),
  accept("14", "the same Accept twice", (right) => `${right}\r\nSec-WebSocket-Accept: ${right}`, refused),
  accept(
    "14",
    "the right Accept, then a wrong one",
    (right) => `${right}\r\nsec-websocket-accept: x`,
    refused,
  ),
  accept(
    "14",
    "a wrong Accept, then the right one",
    (right) => `x\r\nsec-websocket-accept: ${right}`,
    refused,
  ),
  accept("14", "the Accept twice in one header", (right) => `${right}, ${right}`, refused),
  bad("15", "an extension, where none was offered", { "Sec-WebSocket-Extensions": "permessage-deflate" }),
  bad("15", "an unknown extension", { "Sec-WebSocket-Extensions": "x-unknown; a=1" }),
  bad("15", "an extension listed twice", {
    "Sec-WebSocket-Extensions": "permessage-deflate, permessage-deflate",
  }),
  bad("15", "two extension headers", { "Sec-WebSocket-Extensions": ["permessage-deflate", "x-unknown"] }),
  bad("16", "a subprotocol, where none was offered", { "Sec-WebSocket-Protocol": "chat" }),
  chooses("the first of two subprotocols", "chat", "chat"),
  chooses("the second of two subprotocols", "superchat", "superchat"),
  chooses("a subprotocol with white space around it", " \tchat\t ", "chat"),
  chooses("a subprotocol that was not offered", "x-other"),
  chooses("a subprotocol in other case", "Chat"),
  chooses("a subprotocol that only begins so", "chat2"),
  chooses("an empty subprotocol", ""),
  chooses("two subprotocols", "chat, superchat"),
  chooses("two subprotocol headers", ["chat", "superchat"]),
  chooses("two subprotocol headers with the same", ["chat", "chat"]),
  chooses("no subprotocol chosen, which is allowed", null, ""),
  ...[
    "",
    ",",
    ";",
    "=",
    "a b",
    "permessage-deflate;",
    "permessage-deflate; =10",
    "permessage-deflate; a=",
    `permessage-deflate; a="10`,
    `permessage-deflate; a="1 0"`,
    "permessage-deflate; a=1=0",
    "permessage-deflate; a b",
  ].map((value) => bad("18", `malformed extensions: ${value}`, { "Sec-WebSocket-Extensions": value })),
  withFrames("frames in the same segment as the 101", {}),
  withFrames("frames behind a 101 with Content-Length: 0", { "Content-Length": "0" }),
  withFrames("frames behind a 101 with a Content-Length", { "Content-Length": "5" }),
  withFrames("frames behind a 101 with a large Content-Length", { "Content-Length": "100000" }),
  withFrames("frames behind a 101 with Transfer-Encoding", { "Transfer-Encoding": "chunked" }),
];

function swapCase(text: string): string {
  return Array.from(
    text,
    (letter) => letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  )
    .join("");
}
