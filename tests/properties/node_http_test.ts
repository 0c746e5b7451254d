import { assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { decodeLatin1 } from "../../src/core/latin1.ts";
import { ResponseParser } from "../../src/core/response_parser.ts";
import { runtime } from "../client/setup.ts";
import { concat } from "../support/frames.ts";
import { nodeHead, type ParsedHead } from "./node_http.ts";
import { holds } from "./property.ts";
import { anyResponse } from "./responses.ts";

function ourHead(answer: Uint8Array): ParsedHead {
  const parser = new ResponseParser({ headerBytes: 1 << 20, headerCount: 2000, bodyBytes: 1 << 20 });
  try {
    const taken = parser.receive(answer);
    if (!parser.headComplete) return { error: "incomplete" };
    const { status, headers } = parser.response()!;
    return { status, headers: headers.flat(), rest: status === 101 ? answer.length - taken : undefined };
  } catch (error) {
    assertInstanceOf(error, WebSocketError);
    return { error: error.message };
  }
}

/**
 * Where Node's parser is stricter. What says how long a body is: for us such an answer is a refusal, and its body just
 * ends. And a minor version that is not there yet, in which a refusal can be read all the same (RFC 9110 §2.5).
 */
const STRICTER = /^HPE_INVALID_(CONTENT_LENGTH|TRANSFER_ENCODING|VERSION)$|^HPE_UNEXPECTED_CONTENT_LENGTH$/;

/** Where Node's parser takes what ours refuses: it is about the first line alone, of an interim response or the last. */
const LAXER: readonly { readonly difference: string; readonly answer: RegExp; readonly error: RegExp }[] = [
  {
    difference: "empty lines in front of it",
    answer: /(^|\r\n\r\n)[\r\n]/,
    error: /HTTP\/1\.1: ""$|line feed|carriage return/,
  },
  {
    difference: "another version",
    answer: /(^|\n)HTTP\/(0\.9|2\.0) /,
    error: /does not answer in HTTP\/1\.1/,
  },
  {
    difference: "a status below 100",
    answer: /(^|\n)HTTP\/[0-9.]{3} 0/,
    error: /does not answer in HTTP\/1\.1/,
  },
  {
    difference: "a control character in the reason",
    answer: /(^|\n)HTTP\/[0-9.]{3} [0-9]{3} [^\r\n]*[^\t\r\n -~\x80-\xff]/,
    error: /control character/,
  },
];

function isLaxer(answer: string, error: string): boolean {
  return LAXER.some((one) => one.answer.test(answer) && one.error.test(error));
}

describe("differential: the header of any answer is what Node's own parser makes of it", () => {
  it("llhttp", { skip: runtime !== "node" }, async () => {
    await holds(
      fc.asyncProperty(anyResponse, async (answer) => {
        // Ended, so that both have to say what they think.
        const ended = concat(answer, "\r\n\r\n");
        const [ours, node] = [ourHead(ended), await nodeHead(ended)];
        if ("error" in ours) {
          if (!("error" in node) && !isLaxer(decodeLatin1(ended), ours.error)) {
            assertEquals<unknown>(node, ours);
          }
        } else if (!("error" in node && STRICTER.test(node.error))) {
          // A 101 that Node takes for no upgrade has no rest for it.
          const rest = "rest" in node && node.rest === undefined ? undefined : ours.rest;
          assertEquals(node, { ...ours, rest });
        }
      }),
      { runs: 250 },
    );
  });
});
