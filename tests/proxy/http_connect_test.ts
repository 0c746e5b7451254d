import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { HttpConnect } from "../../src/proxy/http_connect.ts";
import type { HeaderField } from "../../src/core/headers.ts";
import { feed, waysToSplit } from "./support_feed.ts";

const route = { proxy: "proxy.example:3128", target: "[2001:db8::1]:443" };
const start = "Cannot connect to [2001:db8::1]:443 through the proxy proxy.example:3128: ";
const bytes = (text: string) => new TextEncoder().encode(text);

function handshake(fields: readonly HeaderField[] = []): HttpConnect {
  return new HttpConnect({ route, fields });
}

describe("CONNECT", () => {
  it("the request is said once, in one piece", () => {
    const connect = handshake([["Proxy-Authorization", "Basic eDp5"], ["X-Trace", "1"]]);
    assertEquals(
      new TextDecoder().decode(connect.takeOutput()),
      "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n" +
        "Proxy-Authorization: Basic eDp5\r\nX-Trace: 1\r\n\r\n",
    );
    assertEquals(connect.takeOutput().length, 0);
  });

  for (const pieces of waysToSplit) {
    const how = pieces === Infinity ? "whole" : `${pieces} at a time`;

    it(`what opens the tunnel (${how})`, () => {
      const answers = [
        "HTTP/1.1 200 Connection established\r\n\r\n",
        "HTTP/1.0 200 OK\r\nProxy-Agent: x\r\n\r\n",
        "HTTP/1.1 204\r\n\r\n",
        // RFC 9110 §9.3.6: "A client MUST ignore any Content-Length or Transfer-Encoding header fields …"
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 299 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
      ];
      for (const answer of answers) {
        const { done, leftover, error } = feed(handshake(), bytes(answer + "hello"), pieces);
        assertEquals([done, leftover, error], [true, 5, undefined], answer);
      }
    });

    it(`a refusal carries the response (${how})`, () => {
      const answer = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n" +
        "Content-Length: 4\r\n\r\nnope";
      const { error, done } = feed(handshake(), bytes(answer), pieces);
      assertEquals(done, false);
      assertEquals(error?.code, "ConnectionFailed");
      assertEquals(error?.message, `${start}the proxy answered 407 "Proxy Authentication Required"`);
      assertEquals(error?.response?.status, 407);
      assertEquals(error?.response?.headers, [["proxy-authenticate", "Basic"], ["content-length", "4"]]);
      assertEquals(new TextDecoder().decode(error?.response?.body), "nope");
    });

    it(`what answers wrongly (${how})`, () => {
      const cases: readonly (readonly [answer: string, code: string, why: string])[] = [
        [
          "SSH-2.0-x\r\n\r\n",
          "ConnectionFailed",
          'the proxy does not answer in HTTP/1.1: "SSH-2.0-x"',
        ],
        ["\x05\x00", "ConnectionFailed", "a control character in the response's header: 0x05"],
        ["HTTP/1.1 200 OK\n\n", "ConnectionFailed", "a line feed without carriage return"],
        ["HTTP/1.1 200 OK\r\nbad\r\n\r\n", "ConnectionFailed", "a header without a colon"],
        ["HTTP/1.1 101 Switching\r\n\r\n", "ConnectionFailed", 'the proxy answered 101 "Switching"'],
        ["HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "ConnectionFailed", "the proxy answered 302"],
        ["HTTP/1.1 502 \r\nContent-Length: 0\r\n\r\n", "ConnectionFailed", "the proxy answered 502"],
        [
          `HTTP/1.1 200 OK\r\nx: ${"a".repeat(17000)}`,
          "LimitExceeded",
          "the proxy sent more than 16384 bytes",
        ],
        [
          `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(101)}`,
          "LimitExceeded",
          "the proxy sent more than 100 header fields",
        ],
      ];
      for (const [answer, code, why] of cases) {
        const { error, done } = feed(handshake(), Uint8Array.from(answer, (c) => c.charCodeAt(0)), pieces);
        assertEquals([done, error?.code], [false, code], answer);
        assertStringIncludes(error?.message ?? "", start + why);
      }
    });
  }

  it("a connection that ends", () => {
    assertEquals(handshake().ended().message, `${start}the proxy closed the connection without an answer`);
    const begun = handshake();
    begun.receive(bytes("HTTP/1.1 2"));
    assertEquals(
      begun.ended().message,
      `${start}the proxy closed the connection in the middle of its answer`,
    );
    const refused = handshake();
    refused.receive(bytes("HTTP/1.1 403 No\r\n\r\nbecause"));
    const error = refused.ended();
    assertEquals(error.message, `${start}the proxy answered 403 "No"`);
    assertEquals(new TextDecoder().decode(error.response?.body), "because");
    assertEquals(handshake().abandon(), undefined);
    assertEquals(refused.abandon()?.response?.status, 403);
  });
});
