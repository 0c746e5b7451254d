import { describe, it } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Credentials, Socks5 } from "../../src/proxy/socks5.ts";
import { hex } from "../support/frames.ts";
import { feed, waysToSplit } from "./support_feed.ts";

const route = { proxy: "proxy.example:1080", target: "target.example:443" };
const bytes = (text: string) => new TextEncoder().encode(text);
const login: Credentials = { user: bytes("me"), password: bytes("päss") };

function handshake(host = "target.example", credentials?: Credentials): Socks5 {
  return new Socks5({ route, host, port: 443, credentials });
}

describe("SOCKS 5", () => {
  const succeeded = "05 00  05 00 00 01 7f000001 1f90";

  for (const pieces of waysToSplit) {
    const how = pieces === Infinity ? "whole" : `${pieces} at a time`;

    it(`a name, without authentication (${how})`, () => {
      const { said, done, leftover } = feed(handshake(), hex(succeeded + "ff ee"), pieces);
      assertEquals([done, leftover], [true, 2]);
      const name = [...bytes("target.example")];
      assertEquals(said.map((part) => [...part]), [[5, 1, 0], [5, 1, 0, 3, 14, ...name, 1, 0xbb]]);
    });

    it(`user name and password (${how})`, () => {
      const answer = hex("05 02  01 00  05 00 00 03 03 616263 0050");
      const { said, done, leftover } = feed(handshake("192.0.2.1", login), answer, pieces);
      assertEquals([done, leftover], [true, 0]);
      assertEquals([...said[0]!], [5, 2, 0, 2]);
      const rest = said.slice(1).flatMap((part) => [...part]);
      assertEquals(rest, [
        ...[1, 2, ...bytes("me"), 5, ...bytes("päss")],
        ...[5, 1, 0, 1, 192, 0, 2, 1, 1, 0xbb],
      ]);
    });

    it(`what answers wrongly (${how})`, () => {
      const cases: readonly (readonly [answer: string, why: string, credentials?: Credentials])[] = [
        ["04 00", "the proxy does not speak SOCKS 5: its answer begins with 0x04"],
        ["48545450", "the proxy does not speak SOCKS 5: its answer begins with 0x48"],
        ["05 ff", "the proxy asks for authentication"],
        ["05 ff", "the proxy accepts no authentication by user name and password", login],
        ["05 01", "the proxy chose an authentication method that was not offered: 0x01"],
        ["05 02", "the proxy chose an authentication method that was not offered: 0x02"],
        ["05 02 01 01", "the proxy refused the user name or the password", login],
        ["05 00 04 00", "the proxy does not speak SOCKS 5: its answer begins with 0x04"],
        ["05 00 05 01 00 01", "general failure (SOCKS reply 1)"],
        ["05 00 05 02", "not allowed by the proxy's rules (SOCKS reply 2)"],
        ["05 00 05 03", "network unreachable (SOCKS reply 3)"],
        ["05 00 05 04", "host unreachable (SOCKS reply 4)"],
        ["05 00 05 05", "connection refused (SOCKS reply 5)"],
        ["05 00 05 06", "the packets' time to live expired (SOCKS reply 6)"],
        ["05 00 05 07", "the proxy does not know the command CONNECT (SOCKS reply 7)"],
        ["05 00 05 08", "the proxy does not know this type of address (SOCKS reply 8)"],
        ["05 00 05 5b", "a reply that SOCKS does not know (SOCKS reply 91)"],
        ["05 00 05 00 00 02", "the proxy's answer has an address of a type that SOCKS does not know: 2"],
      ];
      for (const [answer, why, credentials] of cases) {
        const { error, done } = feed(handshake("target.example", credentials), hex(answer), pieces);
        assertEquals(done, false);
        assertEquals(error?.code, "ConnectionFailed", answer);
        const message = `Cannot connect to target.example:443 through the proxy proxy.example:1080: ${why}`;
        assertEquals(error?.message, message);
      }
    });
  }

  it("fails at the first byte that cannot be", () => {
    const early = handshake();
    early.takeOutput();
    let error: unknown;
    try {
      early.receive(hex("04"));
    } catch (thrown) {
      error = thrown;
    }
    assert(error instanceof Error);
  });

  it("addresses of every length", () => {
    const hosts: readonly (readonly [host: string, request: string])[] = [
      ["2001:db8::1", "05 01 00 04 20010db8000000000000000000000001 01bb"],
      ["::", "05 01 00 04 00000000000000000000000000000000 01bb"],
      ["::ffff:192.0.2.1", "05 01 00 04 00000000000000000000ffffc0000201 01bb"],
      ["1:2:3:4:5:6:7:8", "05 01 00 04 00010002000300040005000600070008 01bb"],
      ["fe80::1%eth0", "05 01 00 04 fe800000000000000000000000000001 01bb"],
    ];
    for (const [host, request] of hosts) {
      const { said } = feed(handshake(host), hex("05 00 05 00 00 04 00000000000000000000000000000001 0050"));
      assertEquals(said[1], hex(request), host);
    }
  });

  it("a bound address of any type is passed over", () => {
    for (const bound of ["01 00000000", "03 00", `03 ff ${"61".repeat(255)}`, `04 ${"00".repeat(16)}`]) {
      const outcome = feed(handshake(), hex(`05 00 05 00 00 ${bound} 0000 aa`));
      assertEquals([outcome.done, outcome.leftover], [true, 1], bound);
    }
  });

  it("a connection that ends", () => {
    const fresh = handshake();
    assertStringIncludes(fresh.ended().message, "the proxy closed the connection without an answer");
    const cause = new Error("reset");
    const begun = handshake();
    begun.receive(hex("05"));
    const error = begun.ended(cause);
    assertStringIncludes(error.message, "the proxy closed the connection in the middle of its answer");
    assertEquals(error.cause, cause);
  });
});
