import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { WebSocketError } from "../../src/core/errors.ts";
import { parseWebSocketUrl } from "../../src/core/url.ts";
import { type RedirectedRequest, type RedirectOptions, Redirects } from "../../src/driver/redirects.ts";

const tls = {
  caCerts: "CA",
  cert: "CERT",
  key: "KEY",
  serverName: "a.example",
  pins: ["sha256/x"],
  verify: true,
};

function request(url: string): RedirectedRequest {
  const headers = new Headers({ Authorization: "Bearer x", "X-Kept": "1" });
  return { url: parseWebSocketUrl(url), headers, tls };
}

/** Where a chain of redirects ends. */
function followed(from: string, locations: string[], options: RedirectOptions = {}): RedirectedRequest {
  let at = request(from);
  const redirects = new Redirects({ limit: 5, allowDowngrade: false, ...options }, at.url);
  for (const location of locations) at = redirects.follow(at, location, undefined);
  return at;
}

describe("Redirects", () => {
  it("an origin is scheme, host and port", () => {
    const names = (to: string) =>
      Array.from(followed("ws://a.example:80/x", [to]).headers as [string, string][]);
    const kept = [["authorization", "Bearer x"], ["x-kept", "1"]];
    for (const near of ["/y", "ws://a.example/y", "http://A.EXAMPLE:80/y"]) {
      assertEquals(names(near), kept, near);
    }
    for (const far of ["ws://b.example/y", "ws://a.example:81/y", "wss://a.example/y", "ws://a.example./y"]) {
      assertEquals(names(far), [["x-kept", "1"]], far);
    }
  });

  it("the client's certificate and the server's name stay with the origin, trust goes on", () => {
    assertEquals(followed("wss://a.example/", ["/y"]).tls, tls);
    const { caCerts, pins, verify } = tls;
    for (const far of ["wss://b.example/", "wss://a.example:8443/"]) {
      assertEquals(followed("wss://a.example/", [far]).tls, { caCerts, pins, verify });
    }
  });

  it("the limit counts redirects", () => {
    assertEquals(followed("ws://a/", ["/1", "/2", "/3"], { limit: 3 }).url.href, "ws://a/3");
    const error = assertThrows(() => followed("ws://a/?s3cr3t", ["/1", "/2"], { limit: 1 }), WebSocketError);
    assertEquals(error.code, "HandshakeFailed");
    assertEquals(
      error.message,
      "Cannot open the WebSocket: more than 1 redirect: ws://a/?… → ws://a/1 → ws://a/2",
    );
  });

  it("TLS may be lost only when allowed, wherever it began", () => {
    const up = ["wss://a/1", "ws://a/2"];
    assertThrows(() => followed("ws://a/", up), WebSocketError, "a redirect from TLS to none");
    assertThrows(() => followed("wss+unix:/s", ["http://localhost/"]), WebSocketError, "from TLS to none");
    assertEquals(followed("ws://a/", up, { allowDowngrade: true }).url.href, "ws://a/2");
  });

  it("a Unix socket leads to itself alone, and nothing leads to one", () => {
    assertEquals(followed("ws+unix:/s:/x", ["/y"]).url.href, "ws+unix:/s:/y");
    for (const from of ["ws+unix:/s:/x", "ws://a/"]) {
      assertThrows(() => followed(from, ["ws+unix:/t:/y"]), WebSocketError, "a redirect to a Unix socket");
    }
  });

  it("a circle is one of whatever length", () => {
    for (const circle of [["/"], ["/1", "/2", "/1"], ["ws://b/", "ws://a/#again"]]) {
      assertThrows(() => followed("ws://a/", circle), WebSocketError, "redirects in a circle: ws://a/ → ");
    }
  });
});
