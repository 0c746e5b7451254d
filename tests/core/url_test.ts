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

  it("user name and password become an Authorization, and are nowhere else", () => {
    const plain = parseWebSocketUrl("wss://example.com/a?b");
    const basic = (url: string): string | undefined => {
      const { authorization, ...rest } = parseWebSocketUrl(url);
      assertEquals(rest, plain, url);
      return authorization && atob(authorization.replace(/^Basic /, ""));
    };
    // RFC 7617 §2
    assertEquals(
      parseWebSocketUrl("wss://Aladdin:open%20sesame@example.com/").authorization,
      "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
    );
    assertEquals(basic("wss://example.com/a?b"), undefined);
    assertEquals(basic("wss://@example.com/a?b"), undefined);
    assertEquals(basic("https://user@example.com/a?b"), "user:");
    assertEquals(basic("wss://:pass@example.com/a?b"), ":pass");
    assertEquals(basic("wss://u:a:b@example.com/a?b"), "u:a:b");
    assertEquals(basic("wss://u%40h:p%3a%2F%zz%@example.com/a?b"), "u@h:p:/%zz%");
    // RFC 7617 §2.1: "test" and "123£"
    assertEquals(
      parseWebSocketUrl("ws://test:123£@h/").authorization,
      "Basic dGVzdDoxMjPCow==",
    );
    assertEquals(basic("wss://u:%ff%00ff@example.com/a?b".replace("%00", "%7e")), "u:\xff~ff");
  });

  it("user name and password are refused that RFC 7617 has no way to send", () => {
    assertEquals(
      messageFor("wss://us%3Aer:secret@example.com/a"),
      'Invalid WebSocket URL: a colon in the user name: "wss://***@example.com/a"',
    );
    for (const code of ["%00", "%0a", "%0D", "%1f", "%7F"]) {
      for (const url of [`ws://secret${code}@h/`, `ws://a:secret${code}@h/`]) {
        const message = messageFor(url);
        assertStringIncludes(message, "a control character in user name or password");
        assert(!message.includes("secret"), message);
      }
    }
  });

  it("user name and password may be of any length", () => {
    const long = "x".repeat(200_000);
    const { authorization } = parseWebSocketUrl(`ws://${long}:${long}@example.com/`);
    assertEquals(authorization, `Basic ${btoa(`${long}:${long}`)}`);
  });

  it("ws+unix: and wss+unix: lead to a Unix socket", () => {
    const parsed = {
      href: "ws+unix:/run/app.sock:/a/b?c=d:e",
      secure: false,
      host: "localhost",
      port: 80,
      authority: "localhost",
      resource: "/a/b?c=d:e",
      socketPath: "/run/app.sock",
    };
    assertEquals(parseWebSocketUrl("ws+unix:/run/app.sock:/a/b?c=d:e"), parsed);
    assertEquals(parseWebSocketUrl("WS+Unix:///run/app.sock:/a/b?c=d:e"), parsed);
    const secure = { href: "wss+unix:/run/app.sock:/a/b?c=d:e", secure: true, port: 443 };
    assertEquals(parseWebSocketUrl("wss+unix:/run/app.sock:/a/b?c=d:e"), { ...parsed, ...secure });
    for (
      const [url, socketPath, resource] of [
        ["ws+unix:/s", "/s", "/"],
        ["ws+unix:/s:", "/s", "/"],
        ["ws+unix:/s?x", "/s", "/?x"],
        ["ws+unix:/s:/a:b", "/s", "/a:b"],
        ["ws+unix:/a%3Ab%20c%25.sock:/%3A", "/a:b c%.sock", "/%3A"],
        ["ws+unix:/münchen:/straße", "/münchen", "/stra%C3%9Fe"],
        ["ws+unix://///s", "///s", "/"],
      ]
    ) {
      const found = parseWebSocketUrl(url);
      assertEquals([found.socketPath, found.resource], [socketPath, resource], url);
      assertEquals(parseWebSocketUrl(found.href), found, "the normalised URL means the same");
    }
  });

  it("the path of a Unix socket is absolute, and no host is before it", () => {
    assertStringIncludes(messageFor("ws+unix://run/app.sock"), "has a path and no host: write one slash");
    assertStringIncludes(messageFor("ws+unix://localhost/run/app.sock"), "no host");
    for (const url of ["ws+unix:app.sock:/", "ws+unix:./app.sock", "ws+unix:", "wss+unix::/x"]) {
      assertStringIncludes(messageFor(url), "is not absolute");
    }
    assertStringIncludes(messageFor("ws+unix:/s:x"), "no slash behind the colon");
    assertStringIncludes(messageFor("ws+unix:/s%00"), "zero byte");
    assertStringIncludes(messageFor("ws+unix:/s:/#x"), "fragment");
  });

  it("no message repeats what may be a password", () => {
    for (
      const url of [
        "ws://secret:secret@example.com:99999/",
        "ws://user:sec/secret@example.com/",
        "ws://user:sec?secret@example.com/",
        "ws://user:sec#secret@example.com/",
        "ws:secret:secret@example.com#",
        "ws:\\\\secret:secret@example.com/#",
        "ws://a@secret@example.com/#",
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
    for (const scheme of ["ws", "wss", "http", "https", "ws+unix", "wss+unix", "WS"]) {
      assertStringIncludes(
        messageFor(`${scheme}://user:secret@example.com /`),
        `: "${scheme}://***@example.com /"`,
      );
    }
  });

  it("other schemes, no scheme and nonsense are refused with the value", () => {
    const scheme = "the scheme is not ws, wss, http, https, ws+unix or wss+unix";
    assertEquals(messageFor("ftp://example.com/"), `Invalid WebSocket URL: ${scheme}: "ftp://example.com/"`);
    assertStringIncludes(messageFor("wsss://example.com/"), scheme);
    assertStringIncludes(messageFor("localhost:8080"), scheme);
    const unparsed = "it does not parse as an absolute URL";
    assertEquals(messageFor("http//oops"), `Invalid WebSocket URL: ${unparsed}: "http//oops"`);
    for (const url of ["", "/path", "example.com", "ws://", "wss://h:65536/", "ws://[::1/", "ws://h:x/"]) {
      assertEquals(messageFor(url), `Invalid WebSocket URL: ${unparsed}: "${url}"`);
    }
    assertStringIncludes(messageFor("ws://example.com:0/"), "port 0");
    const neither = "Invalid WebSocket URL: it is neither a string nor a URL";
    for (const none of [undefined, null, 5]) {
      assertEquals(messageFor(none as never), `${neither}: "${none}"`);
    }
    for (
      const none of [Object.create(null), { toString: null, valueOf: null }, { [Symbol.toPrimitive]: 1 }]
    ) {
      assertEquals(messageFor(none), 'Invalid WebSocket URL: it is neither a string nor a URL: "object"');
    }
  });

  it("a long value is shortened in the message", () => {
    assert(messageFor("ftp://" + "x".repeat(5000)).length < 250);
  });
});
