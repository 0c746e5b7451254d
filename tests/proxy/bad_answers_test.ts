import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { bounded, transports } from "../client/setup.ts";
import { hex } from "../support/frames.ts";
import { withRawServer } from "../support/raw_server.ts";

/** What a proxy answers, and what its user is told. */
interface Answer {
  readonly name: string;
  readonly scheme: "http" | "socks5h";
  readonly bytes: Uint8Array | string;
  /** Whether the proxy sends FIN behind it. */
  readonly ends?: boolean;
  readonly code?: WebSocketError["code"];
  readonly why: string;
  readonly status?: number;
}

const answers: readonly Answer[] = [
  {
    name: "407",
    scheme: "http",
    bytes: "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nno",
    why: 'the proxy answered 407 "Who are you"',
    status: 407,
  },
  {
    name: "502, with a body up to the end",
    scheme: "http",
    bytes: "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>",
    ends: true,
    why: 'the proxy answered 502 "Bad Gateway"',
    status: 502,
  },
  {
    name: "garbage",
    scheme: "http",
    bytes: "\x16\x03\x01garbage",
    why: "a control character in the response's header: 0x16",
  },
  {
    name: "an endless header",
    scheme: "http",
    bytes: `HTTP/1.1 200 OK\r\nx: ${"x".repeat(17_000)}`,
    code: "LimitExceeded",
    why: "the proxy sent more than 16384 bytes of header",
    status: undefined,
  },
  {
    name: "no answer but the end",
    scheme: "http",
    bytes: "",
    ends: true,
    why: "the proxy closed the connection without an answer",
  },
  {
    name: "half an answer",
    scheme: "http",
    bytes: "HTTP/1.1 2",
    ends: true,
    why: "the proxy closed the connection in the middle of its answer",
  },
  {
    name: "another version of SOCKS",
    scheme: "socks5h",
    bytes: hex("00 5a"),
    why: "the proxy does not speak SOCKS 5: its answer begins with 0x00",
  },
  {
    name: "HTTP in place of SOCKS",
    scheme: "socks5h",
    bytes: "HTTP/1.1 400 Bad Request\r\n\r\n",
    why: "the proxy does not speak SOCKS 5: its answer begins with 0x48",
  },
  {
    name: "no method of authentication",
    scheme: "socks5h",
    bytes: hex("05 ff"),
    why: "the proxy asks for authentication",
  },
  {
    name: "a refusal by SOCKS",
    scheme: "socks5h",
    bytes: hex("05 00 05 04 00 01 00000000 0000"),
    why: "host unreachable (SOCKS reply 4)",
  },
  {
    name: "half a reply by SOCKS",
    scheme: "socks5h",
    bytes: hex("05 00 05 00 00 01 7f"),
    ends: true,
    why: "the proxy closed the connection in the middle of its answer",
  },
];

for (const transport of transports) {
  describe(`a proxy that answers wrongly, ${transport} transport`, () => {
    for (const { name, scheme, bytes, ends, code = "ConnectionFailed", why, status } of answers) {
      // Byte by byte too, unless that takes thousands.
      for (const splits of bytes.length < 1000 ? [undefined, 1] : [undefined]) {
        it(`${name}, ${splits === undefined ? "whole" : "byte by byte"}`, async () => {
          await withRawServer(async (peer) => {
            await (scheme === "http" ? peer.readRequest() : peer.read(3));
            // A client that has heard enough goes away in the middle.
            await peer.send(bytes, { splits }).catch(() => {});
            if (ends) await peer.end();
            await peer.closed();
          }, async ({ port }) => {
            const proxy = `${scheme}://127.0.0.1:${port}`;
            const error = await assertRejects(
              () =>
                bounded("connect", NonBlockingClient.connect("ws://target.example/", { transport, proxy })),
              WebSocketError,
              why,
            );
            assertEquals([error.code, error.response?.status], [code, status]);
            const start = `Cannot connect to target.example:80 through the proxy 127.0.0.1:${port}: `;
            assertStringIncludes(error.message, start);
          });
        });
      }
    }
  });
}
