import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";

function messageFor(url: string | URL): string {
  const error = assertThrows(() => parseWebSocketUrl(url), WebSocketError);
  assertEquals(error.code, "InvalidUrl");
  assertEquals(error.cause, undefined, "the runtime's error may hold credentials");
  return error.message;
}

describe("parseWebSocketUrl", () => {
  it("1 default ports, path and query", () => {
    assertEquals(parseWebSocketUrl("ws://example.com"), {
      href: "ws://example.com/",
      secure: false,
      host: "example.com",
      port: 80,
      authority: "example.com",
      resource: "/",
    });
    assertEquals(parseWebSocketUrl("wss://Example.COM/a/b?c=d&e"), {
      href: "wss://example.com/a/b?c=d&e",
      secure: true,
      host: "example.com",
      port: 443,
      authority: "example.com",
      resource: "/a/b?c=d&e",
    });
    assertEquals(parseWebSocketUrl("ws://example.com?x").resource, "/?x");
  });

  it("1 http and https are read as ws and wss", () => {
    assertEquals(parseWebSocketUrl("http://example.com/a"), parseWebSocketUrl("ws://example.com/a"));
    assertEquals(parseWebSocketUrl("https://example.com/a"), parseWebSocketUrl("wss://example.com/a"));
    assertEquals(parseWebSocketUrl("HTTPS://example.com:444/").href, "wss://example.com:444/");
  });

  it("1 the Host header has a port only where it is not the scheme's", () => {
    for (
      const [url, port, authority] of [
        ["ws://example.com:80/", 80, "example.com"],
        ["wss://example.com:443/", 443, "example.com"],
        ["ws://example.com:443/", 443, "example.com:443"],
        ["wss://example.com:80/", 80, "example.com:80"],
        ["http://example.com:8080/", 8080, "example.com:8080"],
        ["ws://example.com:65535/", 65535, "example.com:65535"],
      ] as const
    ) {
      const parsed = parseWebSocketUrl(url);
      assertEquals([parsed.port, parsed.authority], [port, authority], url);
    }
  });

  it("an IPv6 address is connected to without brackets and named with them", () => {
    const parsed = parseWebSocketUrl("ws://[::1]:9001/");
    assertEquals([parsed.host, parsed.port, parsed.authority], ["::1", 9001, "[::1]:9001"]);
    assertEquals(parseWebSocketUrl("wss://[2001:DB8::1]/").authority, "[2001:db8::1]");
  });

  it("takes a URL object", () => {
    assertEquals(parseWebSocketUrl(new URL("wss://h:1/x")), parseWebSocketUrl("wss://h:1/x"));
  });

  it("what is not ASCII is encoded", () => {
    const parsed = parseWebSocketUrl("ws://münchen.example/grün?straße=\ud800");
    assertEquals(parsed.host, "xn--mnchen-3ya.example");
    assertEquals(parsed.resource, "/gr%C3%BCn?stra%C3%9Fe=%EF%BF%BD");
  });

  it("1 a fragment is refused, an empty one too", () => {
    assertEquals(
      messageFor("ws://example.com/a#b"),
      'Invalid WebSocket URL: a fragment is not allowed: "ws://example.com/a#…"',
    );
    assertStringIncludes(messageFor("ws://example.com/#"), "a fragment is not allowed");
    assertStringIncludes(messageFor(new URL("ws://example.com/?a#b")), "a fragment is not allowed");
    assertEquals(parseWebSocketUrl("ws://example.com/%23").resource, "/%23");
  });

  it("6 control characters and spaces are refused wherever they stand", () => {
    for (const code of [0x00, 0x01, 0x09, 0x0a, 0x0d, 0x1f, 0x20, 0x7f]) {
      const character = String.fromCharCode(code);
      const hex = `0x${code.toString(16).padStart(2, "0")}`;
      for (
        const url of [
          `${character}ws://example.com/`,
          `w${character}s://example.com/`,
          `ws://exam${character}ple.com/`,
          `ws://example.com/a${character}b`,
          `ws://example.com/?a${character}b`,
          `ws://example.com/${character}`,
        ]
      ) {
        const position = url.indexOf(character);
        assertStringIncludes(
          messageFor(url),
          `Invalid WebSocket URL: white space or control character ${hex} at position ${position}: "`,
        );
      }
    }
  });

  it("credentials are refused, and no message repeats them", () => {
    assertEquals(
      messageFor("wss://user:secret@example.com/a"),
      "Invalid WebSocket URL: user name and password are not allowed, use the `authorization` header: " +
        '"wss://***@example.com/a"',
    );
    for (
      const url of [
        "ws://secret@example.com/",
        "ws://:secret@example.com/",
        "ws://secret:secret@example.com:99999/",
        "ws://user:sec/secret@example.com/",
        "ws://user:sec?secret@example.com/",
        "ws://user:sec#secret@example.com/",
        "ws:secret:secret@example.com",
        "ws:\\\\secret:secret@example.com/",
        "ws://a@secret@example.com/",
        "secret:secret@example.com/",
        "ws://secret:se\ncret@example.com/",
        "ftp://secret:secret@example.com/",
        "ws://example.com/#secret",
      ]
    ) {
      const message = messageFor(url);
      assert(!message.includes("secret") && !message.includes("cret@"), message);
    }
    assertStringIncludes(messageFor("ws://example.com/?token=secret#x"), '"ws://example.com/?…"');
  });

  it("other schemes, no scheme and nonsense are refused with the value", () => {
    const scheme = "the scheme is not ws, wss, http or https";
    assertEquals(messageFor("ftp://example.com/"), `Invalid WebSocket URL: ${scheme}: "ftp://example.com/"`);
    assertStringIncludes(messageFor("wsss://example.com/"), scheme);
    assertStringIncludes(messageFor("localhost:8080"), scheme);
    const unparsed = "it does not parse as an absolute URL";
    assertEquals(messageFor("http//oops"), `Invalid WebSocket URL: ${unparsed}: "http//oops"`);
    for (const url of ["", "/path", "example.com", "ws://", "wss://h:65536/", "ws://[::1/", "ws://h:x/"]) {
      assertEquals(messageFor(url), `Invalid WebSocket URL: ${unparsed}: "${url}"`);
    }
    assertStringIncludes(messageFor("ws://example.com:0/"), "port 0");
    assertStringIncludes(messageFor(undefined as never), '"undefined"');
  });

  it("a long value is shortened in the message", () => {
    assert(messageFor("ftp://" + "x".repeat(5000)).length < 250);
  });
});
