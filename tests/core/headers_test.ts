import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { checkHeaders } from "../../src/core/headers.ts";

function messageFor(headers: unknown): string {
  const error = assertThrows(() => checkHeaders(headers as HeadersInit), WebSocketError);
  assertEquals(error.code, "InvalidConfiguration");
  return error.message;
}

describe("checkHeaders", () => {
  it("takes a record, pairs, a Map and a Headers object", () => {
    const fields = [["X-One", "1"], ["authorization", "Bearer x"]] as const;
    assertEquals(checkHeaders({ "X-One": "1", authorization: "Bearer x" }), fields);
    assertEquals(checkHeaders(fields.map((field) => [...field] as [string, string])), fields);
    assertEquals(checkHeaders(new Map(fields) as never), fields);
    assertEquals(checkHeaders(new Headers({ "X-One": "1", Authorization: "Bearer x" })), [
      ["authorization", "Bearer x"],
      ["x-one", "1"],
    ]);
    assertEquals(checkHeaders(undefined), []);
    assertEquals(checkHeaders({}), []);
  });

  it("keeps order, case and repeated names of pairs", () => {
    const pairs: [string, string][] = [["B", "1"], ["a", "2"], ["B", "3"]];
    assertEquals(checkHeaders(pairs), pairs);
  });

  it("takes white space around values away, and only spaces and tabs", () => {
    assertEquals(checkHeaders({ x: " \t a \t b\t ", y: "", z: " " }), [["x", "a \t b"], ["y", ""], [
      "z",
      "",
    ]]);
    assertEquals(checkHeaders({ x: "\xa0é\xff" }), [["x", "\xa0é\xff"]]);
  });

  it("6 control characters in a value are refused, with the name and without the value", () => {
    for (let code = 0; code < 0x20; code++) {
      if (code === 0x09) continue;
      for (const value of ["secret" + String.fromCharCode(code), String.fromCharCode(code) + "secret"]) {
        const message = messageFor({ "X-Key": value });
        assertStringIncludes(message, 'Invalid header "X-Key": the value holds a line break, a control');
        assert(!message.includes("secret"));
      }
    }
    assertStringIncludes(messageFor({ "X-Key": "\x7f" }), '"X-Key"');
    assertStringIncludes(messageFor([["X-Key", "a\r\nEvil: 1"]]), '"X-Key"');
  });

  it("6 characters beyond U+00FF are refused", () => {
    assertStringIncludes(messageFor({ "X-Key": "\u0100" }), '"X-Key"');
    assertStringIncludes(messageFor({ "X-Key": "\u010d\u010a" }), '"X-Key"');
    assertStringIncludes(messageFor({ "X-Key": "\u{1f600}" }), '"X-Key"');
  });

  it("6 names that are no tokens are refused", () => {
    for (const name of ["", " ", "a b", "a:", ":a", "a\r\n", "a\0", "é", "a\tb", '"a"', "a/b"]) {
      assertStringIncludes(messageFor([[name, "secret"]]), "the name is not a token of RFC 9110");
    }
    assertEquals(checkHeaders([["!#$%&'*+-.^_`|~09AZaz", ""]]).length, 1);
  });

  it("headers of the handshake are refused in any case", () => {
    for (
      const name of [
        "Connection",
        "Upgrade",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Version",
        "Sec-WebSocket-Accept",
        "Sec-WebSocket-Extensions",
        "Sec-WebSocket-Protocol",
        "Sec-WebSocket-Something",
        "Content-Length",
        "Transfer-Encoding",
        "Expect",
        "TE",
        "Trailer",
        "Keep-Alive",
        "Proxy-Connection",
        "HTTP2-Settings",
      ]
    ) {
      for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
        assertStringIncludes(
          messageFor({ [spelled]: "x" }),
          `Invalid header "${spelled}": it cannot be set, `,
        );
      }
    }
    assertEquals(
      messageFor({ "Sec-WebSocket-Something": "x" }),
      'Invalid header "Sec-WebSocket-Something": it cannot be set, the handshake sets it',
    );
    assertStringIncludes(messageFor({ "sec-websocket-protocol": "x" }), "use the `protocols` option");
    assertStringIncludes(
      messageFor({ "sec-websocket-extensions": "x" }),
      "use the `perMessageDeflate` option",
    );
  });

  it("Host may be set, once, to a host with an optional port", () => {
    for (
      const value of ["example.com", "example.com:8443", "127.0.0.1:1", "[::1]", "[::1]:80", "a_b", "x-y.z"]
    ) {
      assertEquals(checkHeaders({ Host: value }), [["Host", value]]);
    }
    for (
      const value of ["", "a b", "a/b", "a:b", "a:", "a:123456", "a@b", "::1", "[::1", "http://a"]
    ) {
      const message = messageFor({ hOST: value });
      assertEquals(message, 'Invalid header "hOST": the value is not a host with an optional port');
    }
    assertEquals(
      messageFor([["Host", "a"], ["host", "a"]]),
      'Invalid header "host": it is given more than once',
    );
  });

  it("what is no header list is refused", () => {
    assertStringIncludes(messageFor("a: b"), "Invalid `headers`: not a `Headers` object");
    assertStringIncludes(messageFor(null), "Invalid `headers`");
    for (const entry of ["a: b", ["a"], ["a", "b", "c"]]) {
      assertEquals(messageFor([entry]), "Invalid `headers`: an entry is not a pair of name and value");
    }
    assertEquals(
      messageFor({ [Symbol.iterator]: 1 }),
      "Invalid `headers`: an object that looks iterable and is not",
    );
    const token = "the name is not a token of RFC 9110";
    assertEquals(messageFor([[Object.create(null), "b"]]), `Invalid header "object": ${token}`);
    assertEquals(messageFor([[Symbol("a"), "b"]]), `Invalid header "Symbol(a)": ${token}`);
    assertEquals(messageFor({ a: 1 }), 'Invalid header "a": the value is not a string but number');
    assertEquals(messageFor({ a: undefined }), 'Invalid header "a": the value is not a string but undefined');
  });
});
