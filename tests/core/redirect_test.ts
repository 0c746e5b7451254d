import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { resolveLocation } from "../../src/core/redirect.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";
import { bytesOf, handshake } from "./answers.ts";

function resolved(location: string, from = "wss://example.com:444/a/b?c"): string {
  return resolveLocation(location, parseWebSocketUrl(from)).href;
}

describe("Location", () => {
  it("relative to the URL that was asked for", () => {
    assertEquals(resolved("d"), "wss://example.com:444/a/d");
    assertEquals(resolved("/d"), "wss://example.com:444/d");
    assertEquals(resolved("?d"), "wss://example.com:444/a/b?d");
    assertEquals(resolved("../../d"), "wss://example.com:444/d");
    assertEquals(resolved("//other/d"), "wss://other/d");
    assertEquals(resolved(""), "wss://example.com:444/a/b?c");
  });

  it("to the server itself: user name and password in it are kept", () => {
    const { href, authorization } = resolveLocation("ws://a:b@h/y", parseWebSocketUrl("ws://h/x"));
    assertEquals([href, authorization], ["ws://h/y", "Basic YTpi"]);
  });

  it("to another Unix socket", () => {
    assertEquals(resolved("ws+unix:/b.sock:/y", "ws+unix:/a.sock:/x"), "ws+unix:/b.sock:/y");
    assertEquals(resolved("ws://localhost/y", "ws+unix:/a.sock:/x"), "ws+unix:/a.sock:/y");
  });

  it("absolute, where http and https mean ws and wss", () => {
    assertEquals(resolved("https://other/d"), "wss://other/d");
    assertEquals(resolved("HTTP://other:443/d"), "ws://other:443/d");
    assertEquals(resolved("wss://other"), "wss://other/");
    assertEquals(resolved("wss://user:secret@other"), "wss://other/");
  });

  it("a fragment is left out", () => {
    assertEquals(resolved("/d#e"), "wss://example.com:444/d");
    assertEquals(resolved("https://other/?d#"), "wss://other/?d");
  });

  it("UTF-8 where it should be ASCII", () => {
    assertEquals(resolved("/stra\xc3\x9fe"), "wss://example.com:444/stra%C3%9Fe");
    assertEquals(resolved("https://m\xc3\xbcnchen.example/"), "wss://xn--mnchen-3ya.example/");
    assertEquals(resolved("/\xe9"), "wss://example.com:444/%E9");
    assertEquals(resolved("/a b"), "wss://example.com:444/a%20b");
  });

  it("of a Unix socket's server: the same socket, unless another host is named", () => {
    const from = "ws+unix:/run/a%3Ab.sock:/x/y?z";
    assertEquals(resolved("d", from), "ws+unix:/run/a%3Ab.sock:/x/d");
    assertEquals(resolved("/d?e", from), "ws+unix:/run/a%3Ab.sock:/d?e");
    assertEquals(resolved("http://localhost/d", from), "ws+unix:/run/a%3Ab.sock:/d");
    assertEquals(resolved("http://localhost:8080/d", from), "ws://localhost:8080/d");
    assertEquals(resolved("https://localhost/d", from), "wss://localhost/d");
    assertEquals(resolved("https://localhost/d", "wss+unix:/s"), "wss+unix:/s:/d");
    assertEquals(resolved("ws+unix:/other.sock:/d", from), "ws+unix:/other.sock:/d");
  });

  it("nonsense, and other schemes", () => {
    for (const location of ["ftp://other/", "https://", "https://h:99999/", "mailto:a@b"]) {
      assertEquals(assertThrows(() => resolved(location), WebSocketError).code, "InvalidUrl", location);
    }
  });
});

describe("a handshake that follows redirects", () => {
  const redirect = "HTTP/1.1 302 Found\r\nLocation: /d\r\nContent-Length: 99\r\n\r\n";

  it("does not wait for the body", () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const opening = handshake({ followsRedirects: true });
      assertEquals(opening.location, undefined);
      const error = assertThrows(
        () => opening.receive(bytesOf(redirect.replace("302", String(status)))),
        WebSocketError,
      );
      assertStringIncludes(error.message, `the server answered ${status}`);
      assertEquals(opening.location, "/d");
      assertEquals(error.response?.status, status);
    }
  });

  it("waits for it where redirects are of no use, or the answer is none", () => {
    const patient = handshake();
    patient.receive(bytesOf(redirect));
    assertEquals(patient.location, undefined);
    for (const status of [200, 300, 304, 305, 306, 401]) {
      const opening = handshake({ followsRedirects: true });
      const answer = redirect.replace("302", String(status));
      // 304 has no body.
      if (status === 304) assertThrows(() => opening.receive(bytesOf(answer)), WebSocketError);
      else opening.receive(bytesOf(answer));
      assertEquals(opening.location, undefined, answer);
    }
  });

  it("without a Location, or with two that differ, it is a refusal", () => {
    for (const lines of ["", "Location: /d\r\nLocation: /e\r\n"]) {
      const opening = handshake({ followsRedirects: true });
      const answer = redirect.replace("Location: /d\r\n", lines).replace("99", "0");
      assertThrows(() => opening.receive(bytesOf(answer)), WebSocketError, "the server answered 302");
      assertEquals(opening.location, undefined);
    }
  });
});
