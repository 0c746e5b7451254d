import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { type Asked, ResponseParser } from "../../src/core/response_parser.ts";
import { accepted, assertRefused, bytesOf, outcomeOf } from "./answers.ts";

describe("status line", () => {
  it("8 any status but 101 reaches the user", () => {
    for (const status of [200, 204, 301, 401, 426, 503, 999]) {
      const answer = `HTTP/1.1 ${status} Some \xe9 reason\r\nContent-Length: 0\r\n\r\n`;
      const { response } = assertRefused(answer, `the server answered ${status} "Some é reason"`);
      assertEquals(response, { status, headers: [["content-length", "0"]], body: new Uint8Array() });
    }
  });

  it("8 the reason may be missing, and the space before it", () => {
    assertRefused("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", "the server answered 404");
    assertRefused("HTTP/1.1 404  No \t\r\nContent-Length: 0\r\n\r\n", 'the server answered 404 "No"');
    assertRefused("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "the server answered 404");
    assertEquals(outcomeOf(accepted().replace("101 Switching Protocols", "101")).done, true);
  });

  it("8 an HTTP/1.0 server's refusal reaches the user", () => {
    assertRefused("HTTP/1.0 404 No\r\nContent-Length: 0\r\n\r\n", 'the server answered 404 "No"');
  });

  it("8 HTTP/1.0 cannot upgrade", () => {
    const message = "the server upgrades in HTTP/1.0, not in HTTP/1.1";
    assertRefused(accepted().replace("HTTP/1.1", "HTTP/1.0"), message);
  });

  it("what is not HTTP/1 is refused at the end of its first line", () => {
    for (
      const line of [
        "",
        "SSH-2.0-OpenSSH_9.6",
        "HTTP/2 101 Switching Protocols",
        "HTTP/2.0 101 Switching Protocols",
        "HTTP/0.9 200 OK",
        "HTTP/1 101 Switching Protocols",
        "HTTP/1.10 101 Switching Protocols",
        "http/1.1 101 Switching Protocols",
        " HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1  101 Switching Protocols",
        "HTTP/1.1 1010 Switching Protocols",
        "HTTP/1.1 10 Switching Protocols",
        "HTTP/1.1 099 Switching Protocols",
        "HTTP/1.1 101Switching Protocols",
        "HTTP/1.1 +101 Switching Protocols",
        "HTTP/1.1\t101 Switching Protocols",
        "HTTP/1.1 101\tSwitching Protocols",
        "HTTP/1.1",
      ]
    ) {
      const quoted = JSON.stringify(line);
      const { response } = assertRefused(`${line}\r\n`, `the server does not answer in HTTP/1.1: ${quoted}`);
      assertEquals(response, undefined);
    }
  });

  it("a server's words are quoted short and escaped", () => {
    const { message } = outcomeOf("\x9b31m\u00ad" + "x".repeat(500) + "\r\n");
    assertStringIncludes(message!, '"\\u{9b}31m\\u{ad}xxx');
    assert(message!.length < 250);
  });
});

describe("interim responses", () => {
  it("9 100, 102, 103 and unknown ones are passed over", () => {
    const interim = [
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 102\r\n\r\n",
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nUpgrade: nonsense\r\n\r\n",
      "HTTP/1.1 199 \r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    ];
    for (const one of [...interim, interim.join("")]) {
      assertEquals(outcomeOf(one + accepted() + "frames").consumed, (one + accepted()).length);
    }
  });

  it("9 their headers are not those of the final response", () => {
    const { response } = outcomeOf("HTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 403 No\r\nx: y\r\n\r\n", {
      end: true,
    });
    assertEquals(response?.headers, [["x", "y"]]);
  });

  it("9, 19 an endless row of them runs into the limits", () => {
    const { code, message } = outcomeOf("HTTP/1.1 100 Continue\r\n\r\n".repeat(50), {
      limits: { headerBytes: 500 },
    });
    assertEquals(code, "LimitExceeded");
    assertEquals(message, "Cannot open the WebSocket: the server sent more than 500 bytes of header");
    const hints = "HTTP/1.1 103 Early Hints\r\na: b\r\n\r\n".repeat(101);
    assertStringIncludes(outcomeOf(hints).message!, "more than 100 header fields");
  });
});

describe("header block", () => {
  it("names are in lower case, values without the white space around them, order and repetition kept", () => {
    const { response } = outcomeOf(
      "HTTP/1.1 401 No\r\nX-B: \t one two \t\r\nx-a:1\r\nX-b:\r\nx-c: \xa0\xe9:\r\nContent-Length: 0\r\n\r\n",
    );
    assertEquals(response?.headers, [
      ["x-b", "one two"],
      ["x-a", "1"],
      ["x-b", ""],
      ["x-c", "\xa0\xe9:"],
      ["content-length", "0"],
    ]);
  });

  it("22 a control character anywhere is refused where it stands", () => {
    for (let code = 0; code < 0x20; code++) {
      if ([0x09, 0x0a, 0x0d].includes(code)) continue;
      const character = String.fromCharCode(code);
      const message = `a control character in the response's header: 0x${code.toString(16).padStart(2, "0")}`;
      for (const end of ["", "a", `a: b`]) {
        assertRefused(accepted([`x: y`]).slice(0, -2) + end + character, message);
      }
      assertRefused(character, message);
      assertRefused("HTTP/1.1 101 S" + character, message);
    }
    assertRefused("HTTP/1.1 101 S\x7f", "a control character in the response's header: 0x7f");
  });

  it("22 a bare line feed and a bare carriage return are refused", () => {
    const lineFeed = "a line feed without carriage return in the response's header";
    const carriageReturn = "a carriage return without line feed in the response's header";
    assertRefused(accepted().replaceAll("\r\n", "\n"), lineFeed);
    assertRefused(accepted().slice(0, -2) + "\n", lineFeed);
    assertRefused(accepted().slice(0, -4) + "\n\r\n", lineFeed);
    assertRefused(accepted().replaceAll("\r\n", "\r"), carriageReturn);
    assertRefused(accepted().slice(0, -1) + "\r\n", carriageReturn);
    assertRefused(accepted(["x: a\rb"]), carriageReturn);
    assertRefused("HTTP/1.1 101\r S\n", carriageReturn);
    assertRefused(accepted().slice(0, -1) + "x", carriageReturn);
  });

  it("22 a folded line is refused", () => {
    for (const fold of [" ", "\t"]) {
      assertRefused(accepted(["x: a", fold + "b"]), "a folded header in the response");
      assertRefused(`HTTP/1.1 101 S\r\n${fold}x: a\r\n`, "a folded header in the response");
      assertRefused(accepted([fold]), "a folded header in the response");
    }
  });

  it("22 a malformed name is refused, and the value stays out of the message", () => {
    for (const name of ["", "x ", "x\t", "x y", "(x)", "x\xe9", '"x"']) {
      const { response } = assertRefused(
        accepted([`${name}: secret`]),
        `a malformed header name in the response: ${JSON.stringify(name)}`,
      );
      assertEquals(response?.status, 101);
      assertEquals(response?.headers.length, 3, "the headers before it");
    }
    assertRefused(accepted(["secret"]), "a header without a colon in the response");
  });

  it("19 16 KiB of header are taken, and not a byte more", () => {
    const padding = 16 * 1024 - accepted(["x: "]).length;
    const largest = accepted(["x: " + "y".repeat(padding)]);
    assertEquals(largest.length, 16 * 1024);
    assertEquals(outcomeOf(largest).done, true);
    const { code, done } = outcomeOf(accepted(["x: " + "y".repeat(padding + 1)]));
    assertEquals([code, done], ["LimitExceeded", false]);
  });

  it("19 one endless line ends at the limit, in the status line too", () => {
    const message = "Cannot open the WebSocket: the server sent more than 16384 bytes of header";
    for (const start of ["", "HTTP/1.1 101 ", "HTTP/1.1 101 S\r\n", "HTTP/1.1 101 S\r\nx: "]) {
      assertEquals(outcomeOf(start.padEnd(16 * 1024, "x")).code, undefined);
      assertEquals(outcomeOf(start.padEnd(16 * 1024 + 1, "x")).message, message);
      const limits = { headerBytes: undefined };
      assertEquals(outcomeOf(start.padEnd(16 * 1024 + 1, "x"), { limits }).message, message);
    }
  });

  it("19 100 header fields are taken, and not one more", () => {
    const more = (count: number) => accepted(Array.from({ length: count - 3 }, (_, index) => `x${index}: y`));
    assertEquals(outcomeOf(more(100)).done, true);
    const { code, message } = outcomeOf(more(101));
    assertEquals(code, "LimitExceeded");
    assertEquals(message, "Cannot open the WebSocket: the server sent more than 100 header fields");
  });

  it("19 the cost is linear in what arrives", () => {
    // Quadratic, this would be some 10^11 steps: it would run into the runner's time-out.
    const count = 300_000;
    const parser = new ResponseParser({ headerBytes: 3 * count, headerCount: 100, bodyBytes: count });
    const spaces = " ".repeat(count);
    const bytes = bytesOf(`HTTP/1.1 400 a${spaces}a\r\nx: a${spaces}a\r\n\r\n` + "b".repeat(count));
    for (let at = 0; at < bytes.length; at++) parser.receive(bytes.subarray(at, at + 1));
    assertEquals(parser.complete, true);
    assertEquals(parser.values("x")[0].length, count + 2);
    assertEquals(parser.response()?.body.length, count);
  });
});

describe("the answer to another request", () => {
  const asked: Asked = {
    who: "proxy",
    failing: "Cannot tunnel",
    code: "ConnectionFailed",
    endsAtHead: (status) => status === 200,
  };
  const parser = () => new ResponseParser({ headerBytes: 100, headerCount: 2, bodyBytes: 100 }, asked);

  it("ends at its header where another protocol begins, or where it can have no body", () => {
    for (const status of [101, 200, 204, 304]) {
      const head = `HTTP/1.1 ${status} \r\nContent-Length: 5\r\n\r\n`;
      const subject = parser();
      assertEquals([subject.receive(bytesOf(head + "other")), subject.complete], [head.length, true]);
      assertEquals(subject.response()?.body, new Uint8Array(0));
    }
    const refusal = parser();
    const answer = "HTTP/1.1 407 \r\nContent-Length: 5\r\n\r\nother";
    assertEquals(refusal.receive(bytesOf(answer + " more")), answer.length);
    assertEquals([refusal.complete, refusal.response()?.body], [true, bytesOf("other")]);
  });

  it("fails in the words and with the code of who asked", () => {
    const failures = ["SSH\r\n", "HTTP/1.1 200 \r\n" + "x: y\r\n".repeat(3), "x".repeat(101)].map(
      (answer) => {
        const { code, message } = assertThrows(() => parser().receive(bytesOf(answer)), WebSocketError);
        return `${code} ${message}`;
      },
    );
    assertEquals(failures, [
      'ConnectionFailed Cannot tunnel: the proxy does not answer in HTTP/1.1: "SSH"',
      "LimitExceeded Cannot tunnel: the proxy sent more than 2 header fields",
      "LimitExceeded Cannot tunnel: the proxy sent more than 100 bytes of header",
    ]);
  });
});
