import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { bytesOf, type Options, outcomeOf } from "./answers.ts";

/** The body that reaches the user. */
function bodyOf(answer: string, options: Options & { readonly end?: boolean } = {}): string | undefined {
  const { code, response } = outcomeOf(answer, options);
  if (code === undefined) return undefined;
  assertEquals(code, "HandshakeFailed");
  return String.fromCharCode(...response!.body);
}

const chunkedHead = "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n";

describe("body of a refusal", () => {
  it("8 by Content-Length: complete with its last byte", () => {
    const answer = "HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\nhello";
    assertEquals(bodyOf(answer + "more"), "hello");
    assertEquals(bodyOf(answer.slice(0, -1)), undefined);
    assertEquals(bodyOf(answer.slice(0, -1), { end: true }), "hell");
    assertEquals(bodyOf(answer.replace("5", "5, 5").replace("hello", "hello!")), "hello");
    assertEquals(bodyOf(answer.replace("5", "5\r\ncontent-length: 5") + "!"), "hello");
  });

  it("8 without a length, or with a bad one: until the server closes", () => {
    for (
      const header of [
        "x: y",
        "Content-Length: x",
        "Content-Length: 1x",
        "Content-Length: 0x1",
        "Content-Length: 1, 2",
        "Content-Length: -1",
        "Content-Length:",
      ]
    ) {
      const answer = `HTTP/1.1 500 Oops\r\n${header}\r\n\r\nhello`;
      assertEquals(bodyOf(answer), undefined);
      assertEquals(bodyOf(answer, { end: true }), "hello");
    }
  });

  it("8 by Content-Length of several digits, and by Transfer-Encoding in several fields", () => {
    assertEquals(bodyOf("HTTP/1.1 401 No\r\nContent-Length: 11\r\n\r\nhello worldmore"), "hello world");
    const fields = "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked";
    assertEquals(bodyOf(`HTTP/1.1 400 No\r\n${fields}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`), "hello");
  });

  it("8 in a coding that is not chunked, or not at last: until the server closes", () => {
    for (const coding of ["gzip", "chunked, gzip", "xchunked", "chunkedx"]) {
      const head = `HTTP/1.1 400 No\r\nTransfer-Encoding: ${coding}\r\nContent-Length: 1\r\n\r\n`;
      assertEquals(bodyOf(head + "1\r\na\r\n0\r\n", { end: true }), "1\r\na\r\n0\r\n");
    }
  });

  it("8 204 and 304 have none", () => {
    assertEquals(bodyOf("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello"), "");
    assertEquals(bodyOf("HTTP/1.1 304 No\r\n\r\nhello"), "");
  });

  it("8 chunked: complete with the last chunk, trailers or not", () => {
    assertEquals(bodyOf(chunkedHead + "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"), "hello!");
    assertEquals(bodyOf(chunkedHead + "5\r\nhello\r\n00\r\nX-Trailer: y\r\n\r\n"), "hello");
    assertEquals(bodyOf(chunkedHead + 'B;a=b;c="d"\r\nhello world\r\n0 ;x\r\n'), "hello world");
    assertEquals(bodyOf(chunkedHead + "0\r\n\r\n"), "");
    assertEquals(bodyOf(chunkedHead + "2\r\n\r\n\r\n2\r\n\r\n\r\n0\r\n"), "\r\n\r\n");
    assertEquals(bodyOf(chunkedHead.replace("chunked", "gzip , Chunked") + "1\r\na\r\n0\r\n"), "a");
    assertEquals(
      bodyOf(chunkedHead.replace("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\n") + "2\r\nab\r\n0\r\n"),
      "ab",
    );
  });

  it("8 chunked and cut off: as much as there is", () => {
    const answer = chunkedHead + "5\r\nhello\r\n5\r\nwor";
    assertEquals(bodyOf(answer), undefined);
    assertEquals(bodyOf(answer, { end: true }), "hellowor");
    assertEquals(bodyOf(chunkedHead, { end: true }), "");
  });

  it("8 malformed chunks end the body", () => {
    for (
      const rest of [
        "x\r\n",
        "\r\n\r\n",
        "5\n",
        "-5\r\nhello",
        "0x5\r\n",
        "123456789\r\n",
        " 5\r\n",
        "5 6\r\n",
        "\r\n5\n",
      ]
    ) {
      assertEquals(bodyOf(chunkedHead + "1\r\na\r\n" + rest), "a", JSON.stringify(rest));
    }
    assertEquals(bodyOf(chunkedHead + "\r\n"), "");
    assertEquals(bodyOf(chunkedHead + "1\r\na\r\n5;" + "x".repeat(300)), "a");
  });

  it("8 a chunk's size line of more than 256 bytes ends the body, its line break counted in", () => {
    const rest = (length: number) => `1;${"x".repeat(length - 4)}\r\nb\r\n0\r\n`;
    assertEquals(bodyOf(chunkedHead + rest(256)), "b");
    assertEquals(bodyOf(chunkedHead + rest(257)), "");
  });

  it("8 a body is memory of its own, no larger than it must be", () => {
    const { body } = outcomeOf("HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\nhello").response!;
    assertEquals([body.length, body.buffer.byteLength], [5, 5]);
  });

  it("8 a body over 64 KiB ends there", () => {
    const limit = 64 * 1024;
    const body = "0123456789abcdef".repeat(limit / 16);
    const huge = "Content-Length: 99999999999999999999";
    for (const head of ["x: y", huge, "Content-Length: 65537"]) {
      const outcome = outcomeOf(`HTTP/1.1 400 No\r\n${head}\r\n\r\n${body}more`);
      assertEquals(outcome.response?.body, bytesOf(body));
      assertEquals(outcomeOf(`HTTP/1.1 400 No\r\n${head}\r\n\r\n${body.slice(1)}`).code, undefined);
    }
    assertEquals(outcomeOf(`${chunkedHead}FFFFFFFF\r\n${body}more`).response?.body, bytesOf(body));
  });

  it("8 the limit can be set, to nothing too", () => {
    const answer = "HTTP/1.1 400 No\r\n\r\nhello";
    assertEquals(bodyOf(answer, { limits: { bodyBytes: 2 } }), "he");
    assertEquals(bodyOf(answer, { limits: { bodyBytes: 0 } }), "");
  });
});
