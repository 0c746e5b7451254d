import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { decodeLatin1 } from "../../src/core/latin1.ts";
import { parseWebSocketUrl, type WebSocketUrl } from "../../src/core/url.ts";
import { handshake } from "../core/answers.ts";
import { junk } from "./junk.ts";
import { holds } from "./property.ts";

const SECRET = "pa55w0rd";

/** Mostly what is right, so that something else can be wrong. */
function mostly(right: string, others: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: others });
}

const schemes = fc.constantFrom(
  "ws:",
  "wss:",
  "WS:",
  "http:",
  "https:",
  "ftp:",
  "file:",
  "javascript:",
  "ws",
  "",
);
const slashes = fc.constantFrom("//", "//", "//", "/", "", "///", "\\\\");
const userInfo = fc.constantFrom(
  "",
  "",
  "",
  "",
  `user:${SECRET}@`,
  `${SECRET}@`,
  ":@",
  "@",
  `a@${SECRET}@`,
  "a:%3a%25@",
  "a%3ab@",
  "a%0d:@",
  "é:€@",
  `${"x".repeat(200_000)}@`,
);
const hosts = fc.oneof(
  fc.constantFrom(
    "example.com",
    "EXAMPLE.com.",
    "127.0.0.1",
    "0x7f.1",
    "1.2.3",
    "[::1]",
    "[::ffff:1.2.3.4]",
    "[::1",
  ),
  fc.constantFrom(
    "ünï.de",
    "例え.jp",
    "xn--",
    "a%00b",
    "a b",
    "a%20b",
    "-",
    "_",
    "%31",
    "[v1.a]",
    "[fe80::1%25eth0]",
    "",
  ),
  fc.domain(),
);
const ports = fc.oneof(
  fc.constantFrom("", "", ":", ":80", ":443", ":0", ":00080", ":65535", ":65536", ":x"),
  fc.nat(70_000).map((port) => `:${port}`),
);
const paths = fc.oneof(
  fc.constantFrom(
    "",
    "/",
    "/a/../b",
    "/%zz",
    "/é€😀",
    "\\x",
    "/ ",
    "/\t",
    "/\r\nX: y",
    "/a;b=c",
    '/"<>`{}|^',
    "/\ud800",
    "/\x7f",
    "/%0d%0a",
  ),
  fc.webPath(),
);
const queries = fc.constantFrom("", "", "?", "?a=b&c", `?token=${SECRET}`, "?é'\"<>", "??", "? ", "?\0");
const fragments = fc.constantFrom("", "", "", "", "", "#", "#a", `#${SECRET}`);

const anyUrl: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(
      mostly("wss:", schemes),
      mostly("//", slashes),
      mostly("", userInfo),
      mostly("example.com", hosts),
      mostly("", ports),
      mostly("/", paths),
      mostly("", queries),
      mostly("", fragments),
    ).map((parts) => parts.join("")),
  },
  {
    weight: 2,
    arbitrary: fc.webUrl({
      validSchemes: ["ws", "wss", "http", "https"],
      withQueryParameters: true,
      authoritySettings: { withIPv4: true, withIPv4Extended: true, withIPv6: true, withPort: true },
    }),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
);

/** Why the runtime's URL cannot be connected to; `undefined`: it can. */
function objection(text: string): string | undefined {
  if ([...text].some((character) => character <= " " || character === "\x7f")) {
    return "control character or space";
  }
  if (!URL.canParse(text)) return "no URL";
  const url = new URL(text);
  if (!["ws:", "wss:", "http:", "https:"].includes(url.protocol)) return "scheme";
  if (text.includes("#")) return "fragment";
  const user = decoded(url.username);
  if (user.includes(":") || /[^ -~\x80-\xff]/.test(user + decoded(url.password))) return "credentials";
  if (url.port === "0") return "port";
  return undefined;
}

/** One character per byte. */
function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}

function authorization({ username, password }: URL): string | undefined {
  if (username === "" && password === "") return undefined;
  return `Basic ${btoa(`${decoded(username)}:${decoded(password)}`)}`;
}

function check(text: string, parsed: WebSocketUrl): void {
  const url = new URL(text);
  const isSecure = ["wss:", "https:"].includes(url.protocol);
  const defaultPort = isSecure ? 443 : 80;
  assertEquals(parsed.secure, isSecure);
  assertEquals(parsed.href.split(":", 1), [isSecure ? "wss" : "ws"]);
  assertEquals(parsed.resource, url.pathname + url.search);
  assert(/^\/[\x21-\x7e]*$/.test(parsed.resource), parsed.resource);
  assertEquals(parsed.port, url.port === "" ? defaultPort : Number(url.port));
  assertEquals(parsed.host, url.hostname.replace(/^\[|\]$/g, ""));
  assert(parsed.host !== "");
  assertEquals(parsed.authority, url.hostname + (parsed.port === defaultPort ? "" : `:${parsed.port}`));
  const { authorization: credentials, ...rest } = parsed;
  assertEquals(credentials, authorization(url));
  assertEquals(parseWebSocketUrl(parsed.href), rest, "once more, without credentials");
  const request = decodeLatin1(handshake({ url: text }).request).split("\r\n");
  assertEquals(request.slice(0, 2), [`GET ${parsed.resource} HTTP/1.1`, `Host: ${parsed.authority}`]);
  const sent = credentials === undefined ? [] : [`Authorization: ${credentials}`];
  assertEquals(request.slice(6), [...sent, "", ""]);
}

describe("1 any URL", () => {
  it("is read as URL reads it, or refused for a reason", async () => {
    await holds(
      fc.property(anyUrl, (text) => {
        const why = objection(text);
        if (why === undefined) return check(text, parseWebSocketUrl(text));
        const error = assertThrows(() => parseWebSocketUrl(text), WebSocketError, "", why);
        assertEquals(error.code, "InvalidUrl");
        assert(!error.message.includes(SECRET), error.message);
      }),
      { runs: 250 },
    );
  });

  it("of a Unix socket is read as it was written, or refused", async () => {
    const unixScheme = fc.constantFrom("ws+unix:", "wss+unix:");
    const path = fc.string({ unit: fc.constantFrom(..."/:a.%23A0?#@é\\ "), maxLength: 16 });
    await holds(
      fc.property(unixScheme, path, (scheme, path) => {
        try {
          const parsed = parseWebSocketUrl(scheme + path);
          assert(parsed.socketPath !== undefined && parsed.socketPath.startsWith("/"), parsed.socketPath);
          assert(!parsed.socketPath.includes("\0"));
          assert(/^\/[\x21-\x7e]*$/.test(parsed.resource), parsed.resource);
          assertEquals(parseWebSocketUrl(parsed.href), parsed, "once more");
        } catch (error) {
          assertInstanceOf(error, WebSocketError);
          assertEquals(error.code, "InvalidUrl");
        }
      }),
      { runs: 250 },
    );
  });

  it("which is none at all is refused", async () => {
    await holds(
      fc.property(
        junk.filter((value) => !(typeof value === "string" && objection(value) === undefined)),
        (value) => {
          const error = assertThrows(() => parseWebSocketUrl(value as string), WebSocketError);
          assertEquals(error.code, "InvalidUrl");
        },
      ),
      { runs: 200 },
    );
  });
});
