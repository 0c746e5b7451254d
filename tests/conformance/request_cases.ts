import { assert, assertEquals } from "@std/assert";
import type { HandshakeRequest } from "../support/raw_server.ts";
import { closes, type ConformanceCase, opens, refuses } from "./case.ts";
import { closesWith, hears, type Script } from "./scripts.ts";

/** Opens the WebSocket once the request was found right. */
function checksRequest(check: (request: HandshakeRequest) => void): Script {
  return async (peer) => {
    const request = await peer.handshake();
    check(request);
    assertEquals(peer.buffered, 0, "bytes behind the request");
    await closesWith(peer);
  };
}

/** What the URL asks for, and the request target that it makes. */
const targets: readonly (readonly [suffix: string, target: string])[] = [
  ["", "/"],
  ["/", "/"],
  ["/a/b", "/a/b"],
  ["/a?b=c&d=e", "/a?b=c&d=e"],
  ["?q", "/?q"],
  ["/?", "/"],
  ["/a?", "/a"],
  ["//a", "//a"],
  ["/%7Euser/%20x", "/%7Euser/%20x"],
  ["/caf\u00e9?\u20ac", "/caf%C3%A9?%E2%82%AC"],
  ["/a/../b/./c", "/b/c"],
  ["/?a=http://x/?y", "/?a=http://x/?y"],
];

/** URLs that nothing may be opened for. */
const badUrls: readonly (readonly [name: string, url: (base: string) => string])[] = [
  ["a fragment", (base) => `${base}/#top`],
  ["an empty fragment", (base) => `${base}/#`],
  ["a fragment behind a query", (base) => `${base}/?q#top`],
  ["a colon in the user name", (base) => base.replace("//", "//us%3Aer:secret@")],
  ["another scheme", (base) => base.replace("ws:", "ftp:")],
  ["no scheme", (base) => base.replace("ws:", "")],
  ["port 0", (base) => base.replace(/:\d+$/, ":0")],
  ["port 65536", (base) => base.replace(/:\d+$/, ":65536")],
  ["nothing", () => ""],
];

/** What would let the program write into the request whatever it likes. */
const injections: readonly (readonly [name: string, text: string])[] = [
  ["CR and LF", "a\r\nX-Injected: 1"],
  ["CR", "a\rb"],
  ["LF", "a\nb"],
  ["NUL", "a\0b"],
  ["DEL", "a\x7fb"],
];

const badProtocols: readonly (readonly [name: string, protocols: string | string[]])[] = [
  ["twice the same", ["chat", "chat"]],
  ["an empty one", ""],
  ["an empty one in a list", ["chat", ""]],
  ["one with a space", "chat room"],
  ["one with a comma", "chat,room"],
  ["one with a slash", "a/b"],
  ["one with a quote", `"chat"`],
  ["one beyond ASCII", "caf\u00e9"],
  ...injections.map(([name, text]) => [`one with ${name}`, text] as const),
];

const badHeaders: readonly (readonly [name: string, headers: HeadersInit])[] = [
  ...injections.map(([name, text]) => [`a value with ${name}`, { "x-test": text }] as const),
  ...injections.map(([name, text]) => [`a name with ${name}`, [[text, "x"]] as [string, string][]] as const),
  ["a name with a space", [["x test", "x"]]],
  ["a name with a colon", [["x:test", "x"]]],
  ["an empty name", [["", "x"]]],
  ["a value beyond U+00FF", [["x-test", "\u20ac"]]],
  ...[
    "Connection",
    "upgrade",
    "Sec-WebSocket-Key",
    "sec-websocket-version",
    "Sec-WebSocket-Accept",
    "sec-websocket-protocol",
    "Sec-WebSocket-Extensions",
    "Content-Length",
    "Transfer-Encoding",
  ].map((name) => [`${name}, which is the handshake's`, [[name, "1"]] as [string, string][]] as const),
  ["Host twice", [["Host", "a"], ["host", "b"]]],
];

/** Of the server's thread: every key that came. */
const keys = new Set<string>();

/** Nothing is opened. */
function refused(
  number: string,
  name: string,
  rest: Partial<ConformanceCase>,
  code: string,
): ConformanceCase {
  return { number, name, deliveries: ["whole"], expected: refuses(code), ...rest };
}

function requestCase(
  number: string,
  name: string,
  check: (request: HandshakeRequest) => void,
  rest: Partial<ConformanceCase> = {},
): ConformanceCase {
  return { number, name, deliveries: ["whole"], server: checksRequest(check), expected: opens, ...rest };
}

/** What the client asks for: rows 1, 2 and 4 to 7. */
export const requestCases: readonly ConformanceCase[] = [
  ...targets.map(([suffix, target]) =>
    requestCase("1", `the request target of ${JSON.stringify(suffix)}`, (request) => {
      assertEquals(request.target, target);
    }, { url: (base) => base + suffix })
  ),
  ...["ws:", "WS:", "http:", "HTTP:"].map((scheme) =>
    requestCase("1", `the scheme ${scheme}`, ({ method }) => assertEquals(method, "GET"), {
      url: (base) => base.replace("ws:", scheme),
    })
  ),
  requestCase("1", "the scheme https:", ({ method }) => assertEquals(method, "GET"), {
    tls: {},
    url: (base) => base.replace("wss:", "https:"),
  }),
  ...badUrls.map(([name, url]) => refused("1", `${name} in the URL is refused`, { url }, "InvalidUrl")),
  requestCase("2", "a name whose first address does not answer", ({ header }) => {
    assert(/^localhost:\d+$/.test(header("host")!));
  }, { url: (base) => base.replace("127.0.0.1", "localhost") }),
  requestCase("2", "an IPv6 address, in brackets in Host too", ({ header }) => {
    assert(/^\[::1\]:\d+$/.test(header("host")!), header("host"));
  }, { host: "::1" }),
  requestCase("4", "the request, line by line", ({ raw, header }) => {
    const key = header("sec-websocket-key");
    assertEquals(raw.split("\r\n"), [
      "GET / HTTP/1.1",
      `Host: ${header("host")}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${key}`,
      "Sec-WebSocket-Version: 13",
      "",
      "",
    ]);
    assert(/^127\.0\.0\.1:\d+$/.test(header("host")!), header("host"));
    assert(/^[A-Za-z0-9+/]{21}[AQgw]==$/.test(key!), `not 16 bytes in base64: ${key}`);
  }),
  requestCase("4", "headers of the program", ({ fields }) => {
    assertEquals(fields.filter(([name]) => name.startsWith("X-")), [["X-One", "1"], ["X-Two", "a b; c"]]);
  }, { options: { headers: { "X-One": "1", "X-Two": "a b; c" } } }),
  requestCase("4", "headers of the program, one given twice, and beyond ASCII", ({ fields, raw }) => {
    assertEquals(fields.slice(5).map(([name]) => name), ["Cookie", "cookie", "x-name"]);
    assert(raw.includes("x-name: caf\ufffd"), "not one byte per character");
  }, { options: { headers: [["Cookie", "a=1"], ["cookie", "b=2"], ["x-name", "caf\u00e9"]] } }),
  requestCase("4", "the program's Host takes the place of the URL's", ({ fields }) => {
    assertEquals(fields.filter(([name]) => name.toLowerCase() === "host"), [["Host", "example.com:81"]]);
  }, { options: { headers: { host: "example.com:81" } } }),
  requestCase("4", "subprotocols in order of preference", ({ header }) => {
    assertEquals(header("sec-websocket-protocol"), "b, a, c");
  }, { options: { protocols: ["b", "a", "c"] } }),
  requestCase("4", "no extension is offered unless asked for", ({ header }) => {
    assertEquals(header("sec-websocket-extensions"), undefined);
  }),
  requestCase("5", "a fresh key for each attempt", ({ header }) => {
    const key = header("sec-websocket-key")!;
    assert(!keys.has(key), `${key} was used before`);
    keys.add(key);
  }, { repeat: 5 }),
  ...badProtocols.map(([name, protocols]) =>
    refused("6", `subprotocols: ${name} is refused`, { options: { protocols } }, "InvalidConfiguration")
  ),
  ...badHeaders.map(([name, headers]) =>
    refused("6", `headers: ${name} is refused`, { options: { headers } }, "InvalidConfiguration")
  ),
  ...injections.map(([name, text]) =>
    refused("6", `the URL's path with ${name} is refused`, { url: (base) => `${base}/${text}` }, "InvalidUrl")
  ),
  ...injections.map(([name, text]) =>
    refused(
      "6",
      `the URL's query with ${name} is refused`,
      { url: (base) => `${base}/?${text}` },
      "InvalidUrl",
    )
  ),
  {
    number: "7",
    name: "nothing is sent after the request until the answer has been checked",
    client: { activated: (client) => client.sendText("now") },
    server: async (peer) => {
      let early = 0;
      const send = peer.send.bind(peer);
      // Looks at what has come before each piece of the answer, the last one too.
      peer.send = async (bytes, options) => {
        early = Math.max(early, peer.buffered);
        const last = bytes.length - 1;
        await send(bytes.slice(0, last), options);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        early = Math.max(early, peer.buffered);
        await send(bytes.slice(last), options);
      };
      await peer.handshake();
      peer.send = send;
      assertEquals(early, 0, "bytes behind the request");
      await hears(peer, "text now");
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
];
