import { assert, assertEquals, assertStrictEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import type { ExtensionOffer } from "../../src/core/extension_header.ts";
import { OpeningHandshake } from "../../src/core/handshake.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";
import { accepted, bytesOf, handshake, type Options, outcomeOf, sampleKey } from "./answers.ts";

function requestOf(options: Options): string {
  return String.fromCharCode(...handshake(options).request);
}

function offer(name: string, text = name): ExtensionOffer {
  return { name, offer: text, accept: () => undefined };
}

describe("request", () => {
  it("4 the exact request", () => {
    assertEquals(
      requestOf({ url: "ws://example.com/chat?room=1" }),
      "GET /chat?room=1 HTTP/1.1\r\n" +
        "Host: example.com\r\n" +
        "Upgrade: websocket\r\n" +
        "Connection: Upgrade\r\n" +
        `Sec-WebSocket-Key: ${sampleKey}\r\n` +
        "Sec-WebSocket-Version: 13\r\n" +
        "\r\n",
    );
  });

  it("4 subprotocols, extensions and the user's headers follow", () => {
    assertEquals(
      requestOf({
        url: "wss://[::1]:8443/",
        protocols: ["b", "a"],
        extensions: [offer("x", "x; y=1, x"), offer("z")],
        headers: [["Authorization", "Bearer x"], ["x-e", "\xe9"], ["x-e", ""]],
      }),
      "GET / HTTP/1.1\r\n" +
        "Host: [::1]:8443\r\n" +
        "Upgrade: websocket\r\n" +
        "Connection: Upgrade\r\n" +
        `Sec-WebSocket-Key: ${sampleKey}\r\n` +
        "Sec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Protocol: b, a\r\n" +
        "Sec-WebSocket-Extensions: x; y=1, x, z\r\n" +
        "Authorization: Bearer x\r\n" +
        "x-e: \xe9\r\n" +
        "x-e: \r\n" +
        "\r\n",
    );
  });

  it("user name and password of the URL", () => {
    const url = "ws://Aladdin:open%20sesame@example.com/";
    const request = requestOf({ url, headers: { a: "b" } });
    assert(request.includes("\r\na: b\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"), request);
    const error = assertThrows(
      () => requestOf({ url, headers: { a: "b", Authorization: "Bearer x" } }),
      WebSocketError,
      'Invalid header "authorization": the URL has a user name or password, too',
    );
    assertEquals(error.code, "InvalidConfiguration");
  });

  it("4 the user's Host takes the place of the URL's", () => {
    const request = requestOf({ url: "ws://127.0.0.1:9/", headers: { a: "b", hOsT: "example.com:1" } });
    assert(request.startsWith("GET / HTTP/1.1\r\nHost: example.com:1\r\nUpgrade: websocket\r\n"));
    assertEquals(request.match(/host:/gi)?.length, 1);
  });

  it("5 each attempt has a fresh key of 16 random bytes", () => {
    const url = parseWebSocketUrl("ws://example.com");
    let next = 0;
    const random = (bytes: Uint8Array) => {
      assertEquals(bytes.length, 16);
      bytes.forEach((_, index) => bytes[index] = next++);
    };
    const keys = [0, 1].map(() => {
      const request = String.fromCharCode(...new OpeningHandshake({ url, random }).request);
      return /^Sec-WebSocket-Key: (.*)$/m.exec(request)![1].trim();
    });
    assertEquals(keys, ["AAECAwQFBgcICQoLDA0ODw==", "EBESExQVFhcYGRobHB0eHw=="]);
  });

  it("6 what cannot be sent is refused before there is a request", () => {
    const unsendable: readonly Options[] = [
      { protocols: ["a", "a"] },
      { protocols: "a\r\nb" },
      { headers: { a: "b\r\nc: d" } },
      { headers: { Upgrade: "h2c" } },
    ];
    for (const options of unsendable) {
      const error = assertThrows(() => handshake(options), WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
    }
  });
});

describe("a 101", () => {
  it("7, 8 opens with its last byte and not before", () => {
    const answer = accepted();
    assertEquals(outcomeOf(answer), { done: true, protocol: "", extensions: "", consumed: answer.length });
    for (let length = 0; length < answer.length; length++) {
      const opening = handshake();
      assertEquals(opening.receive(bytesOf(answer.slice(0, length))), length);
      assertEquals([opening.done, opening.protocol, opening.extensions], [false, "", ""]);
    }
  });

  it("8 a handshake that is done takes nothing more", () => {
    let asked = 0;
    const extension: ExtensionOffer = { name: "x", offer: "x", accept: () => void asked++ as undefined };
    const opening = handshake({ extensions: [extension] });
    const answer = bytesOf(accepted(["Sec-WebSocket-Extensions: x"]));
    opening.receive(answer);
    assertEquals(opening.receive(answer), 0);
    opening.end();
    assertEquals(asked, 1);
    assertEquals([opening.done, opening.abandon()], [true, undefined]);
  });

  it("21 what follows the header block is left to the framing", () => {
    for (const lines of [[], ["Content-Length: 3"], ["Content-Length: 0"], ["Transfer-Encoding: chunked"]]) {
      const answer = accepted(lines);
      const outcome = outcomeOf(answer + "\x81\x02hi\r\n\r\n");
      assertEquals(outcome, { done: true, protocol: "", extensions: "", consumed: answer.length });
    }
  });
});

describe("the end of a handshake", () => {
  it("the server closes without an answer", () => {
    const message = "Cannot open the WebSocket: the server closed the connection without an answer";
    const { code, message: said, response } = outcomeOf("", { end: true });
    assertEquals([code, said, response], ["HandshakeFailed", message, undefined]);
  });

  it("the server closes in the middle of its answer", () => {
    for (
      const answer of ["H", "HTTP/1.1 101 S\r\n", accepted().slice(0, -1), "HTTP/1.1 401 No\r\nx: y\r\n\r"]
    ) {
      const { message, code } = outcomeOf(answer, { end: true });
      assertEquals(code, "HandshakeFailed");
      assertStringIncludes(message!, "the server closed the connection in the middle of its answer");
    }
  });

  it("8 abandoned: the refusal with as much of the body as there is", () => {
    const opening = handshake();
    assertEquals(opening.abandon(), undefined);
    opening.receive(bytesOf("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n"));
    assertEquals(opening.abandon(), undefined);
    opening.receive(bytesOf("\r\n"));
    assertEquals(opening.abandon()?.response?.body, new Uint8Array());
    opening.receive(bytesOf("half"));
    const error = opening.abandon()!;
    assertEquals([error.code, error.message], [
      "HandshakeFailed",
      'Cannot open the WebSocket: the server answered 503 "Busy"',
    ]);
    assertEquals(error.response, {
      status: 503,
      headers: [["content-length", "100"]],
      body: bytesOf("half"),
    });
  });

  it("8 abandoned in the middle of a 101: nothing to tell", () => {
    const opening = handshake();
    opening.receive(bytesOf(accepted().slice(0, -1)));
    assertEquals(opening.abandon(), undefined);
  });

  it("what has failed stays failed", () => {
    const opening = handshake();
    const error = assertThrows(() => opening.receive(bytesOf("nonsense\r\n")), WebSocketError);
    for (const again of [() => opening.receive(bytesOf(accepted())), () => opening.end()]) {
      assertStrictEquals(assertThrows(again), error);
    }
    assertStrictEquals(opening.abandon(), error);
    assertEquals(opening.done, false);
  });
});
