import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type ClientOptions, NonBlockingClient, type ProxyOptions, WebSocketError } from "../../mod.ts";
import { chooseTunnel, plainProxy } from "../../src/proxy/choose_tunnel.ts";
import { tunnelThrough } from "../../src/proxy/tunnel_through.ts";
import { bounded } from "../client/setup.ts";
import { hex } from "../support/frames.ts";

/** Where a proxy's URL leads. */
function where(url: string): string {
  const { host, port, tls, wantsAddress } = tunnelThrough({ url });
  return [host, port, ...tls === undefined ? [] : ["TLS"], ...wantsAddress ? ["address"] : []].join(" ");
}

function request(options: ProxyOptions): string {
  return new TextDecoder().decode(tunnelThrough(options).handshake("host.example", 443).takeOutput());
}

describe("a proxy's URL", () => {
  it("schemes and their ports", () => {
    assertEquals(where("http://proxy.example"), "proxy.example 80");
    assertEquals(where("HTTP://Proxy.Example:3128/"), "proxy.example 3128");
    assertEquals(where("http://proxy.example:443"), "proxy.example 443");
    assertEquals(where("https://proxy.example"), "proxy.example 443 TLS");
    assertEquals(where("https://proxy.example:80"), "proxy.example 80 TLS");
    assertEquals(where("socks5://proxy.example"), "proxy.example 1080 address");
    assertEquals(where("socks5://proxy.example:80"), "proxy.example 80 address");
    assertEquals(where("socks5h://Proxy.Example:443"), "proxy.example 443");
    assertEquals(where("socks5h://[2001:DB8:0::1]"), "2001:db8::1 1080");
    assertEquals(where("http://bücher.example"), "xn--bcher-kva.example 80");
  });

  it("user name and password, in UTF-8", () => {
    // "me:pä s"
    const basic = "Proxy-Authorization: Basic bWU6cMOkIHM=\r\n";
    assertStringIncludes(request({ url: "http://me:p%C3%A4%20s@proxy.example" }), basic);
    assertStringIncludes(request({ url: new URL("http://me:pä s@proxy.example") }), basic);
    assertStringIncludes(request({ url: "http://me@proxy.example" }), "Basic bWU6\r\n");
    assert(!request({ url: "http://proxy.example" }).includes("Authorization"));
    const socks = tunnelThrough({ url: "socks5h://me:p%C3%A4@proxy.example" }).handshake("host.example", 443);
    socks.takeOutput();
    socks.receive(hex("05 02"));
    assertEquals(socks.takeOutput(), hex("01 02 6d65 03 70c3a4"));
  });

  it("headers of CONNECT", () => {
    const url = "http://proxy.example";
    assertStringIncludes(request({ url, headers: { "X-Trace": "1" } }), "X-Trace: 1\r\n");
    assertStringIncludes(
      request({ url, headers: new Headers({ "Proxy-Authorization": "Bearer x" }) }).toLowerCase(),
      "proxy-authorization: bearer x\r\n",
    );
  });
});

describe("the option proxy", () => {
  const target = { secure: true, host: "host.example", port: 443 };

  it("the environment, when asked for", () => {
    const environment = { HTTPS_PROXY: "proxy.example:3128", NO_PROXY: "other.example" };
    const tunnel = chooseTunnel({ environment }, target);
    assertEquals([tunnel?.host, tunnel?.port], ["proxy.example", 3128]);
    assertEquals(chooseTunnel({ environment }, { ...target, host: "other.example" }), undefined);
    assertEquals(chooseTunnel(undefined, target), undefined);
  });

  it("a variable that holds no proxy is named, and its value is not shown", () => {
    for (
      const value of ["ftp://me:s3cret@proxy.example", "http://me:s3cret@", "me:s3cret@proxy.example/path"]
    ) {
      const choose = () => chooseTunnel({ environment: { HTTPS_PROXY: value } }, target);
      const error = assertThrows(choose, WebSocketError, "options: proxy: the environment's HTTPS_PROXY ");
      assertEquals(error.code, "InvalidConfiguration");
      assert(!error.message.includes("s3cret"), error.message);
    }
  });

  it("crosses to another thread as data", () => {
    const options = {
      url: new URL("http://proxy.example"),
      headers: new Headers({ a: "b" }),
      tls: undefined,
    };
    for (
      const option of ["http://proxy.example", options.url, { ...options, url: "https://proxy.example" }]
    ) {
      const plain = structuredClone(plainProxy(option));
      assertEquals(chooseTunnel(plain, target)?.host, "proxy.example");
    }
    const environment = { HTTPS_PROXY: "http://proxy.example", SECRET: "s3cret" };
    const plain = structuredClone(plainProxy({ environment }));
    assertEquals(chooseTunnel(plain, target)?.host, "proxy.example");
    assert(!JSON.stringify(plain).includes("s3cret"), "more of the environment than its proxies");
  });

  const url = "http://proxy.example";
  const wrong: readonly (readonly [name: string, proxy: unknown, why: string])[] = [
    ["no string", 3128, "proxy is number"],
    ["null", null, "proxy is object"],
    ["empty", "", "proxy is string"],
    ["no URL", "proxy", "is not a URL with one of the schemes"],
    ["a host and a port", "proxy.example:3128", "is not a URL with one of the schemes"],
    ["another scheme", "socks4://proxy.example", "one of the schemes http, https, socks5, socks5h"],
    ["no host", "http://", "does not parse as a URL"],
    ["a port that is none", "http://proxy.example:99999", "does not parse as a URL"],
    ["port 0", "http://proxy.example:0", "has port 0"],
    ["a path", "http://proxy.example/x", "has a path"],
    ["a query", "socks5://proxy.example?x", "has a path"],
    ["a colon in the user name", "http://a%3Ab:c@proxy.example", "has a colon in its user name"],
    ["a long user name", `socks5://${"a".repeat(256)}@proxy.example`, "more than 255 bytes"],
    ["an unknown member", { url, user: "x" }, "proxy.user is not an option"],
    ["no URL in an object", { headers: {} }, "is not a URL"],
    ["headers with SOCKS", { url: "socks5://proxy.example", headers: {} }, "has headers"],
    ["a header that breaks the request", { url, headers: { a: "b\r\nc" } }, "a line break"],
    ["Host", { url, headers: { host: "x" } }, "has a header Host"],
    [
      "a user name twice",
      { url: "http://a:b@proxy.example", headers: { "Proxy-Authorization": "x" } },
      "has both a user name and a header Proxy-Authorization",
    ],
    ["TLS with http:", { url, tls: {} }, "has tls"],
    [
      "an unknown setting of TLS",
      { url: "https://proxy.example", tls: { x: 1 } },
      "proxy.tls.x is not an option",
    ],
    [
      "half an identity",
      { url: "https://proxy.example", tls: { cert: "x" } },
      "proxy.tls.cert and proxy.tls.key",
    ],
    ["an environment that is none", { environment: "x" }, "proxy.environment"],
    ["an environment with numbers", { environment: { HTTP_PROXY: 1 } }, "proxy.environment"],
    ["both", { url, environment: {} }, "proxy.url is not an option"],
  ];
  for (const [name, proxy, why] of wrong) {
    it(`refuses ${name}`, async () => {
      const options = { proxy } as ClientOptions;
      const connect = () => bounded("connect", NonBlockingClient.connect("ws://127.0.0.1:9", options));
      const error = await assertRejects(connect, WebSocketError, why);
      assertEquals(error.code, "InvalidConfiguration");
    });
  }

  it("shows nothing of a URL that it refuses", async () => {
    for (
      const proxy of ["gopher://me:s3cret@proxy.example", "http://me:s3cret@proxy.example/x", ["s3cret"]]
    ) {
      const connect = () =>
        bounded("connect", NonBlockingClient.connect("ws://127.0.0.1:9", { proxy } as ClientOptions));
      const error = await assertRejects(connect, WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      assert(!error.message.includes("s3cret"), error.message);
    }
  });

  it("is not for Unix sockets; the environment's is not used for them", async () => {
    const connect = (proxy: ClientOptions["proxy"]) => () =>
      bounded("connect", NonBlockingClient.connect("ws+unix:/there/is/none", { proxy }));
    const refused = await assertRejects(connect(url), WebSocketError, "the URL leads to a Unix socket");
    assertEquals(refused.code, "InvalidConfiguration");
    const environment = { ALL_PROXY: "http://127.0.0.1:9" };
    const failed = await assertRejects(connect({ environment }), WebSocketError, "/there/is/none");
    assertEquals(failed.code, "ConnectionFailed");
  });

  it("is refused with a transport that knows of no proxies", async () => {
    const own = {
      name: "own",
      unsupported: [],
      connect: () => Promise.reject(new Error("it went past the proxy")),
    };
    const connect = () =>
      bounded("connect", NonBlockingClient.connect("ws://127.0.0.1:9", { transport: own, proxy: url }));
    const error = await assertRejects(
      connect,
      WebSocketError,
      'the transport "own" has no part for the option proxy',
    );
    assertEquals(error.code, "InvalidConfiguration");
  });
});

describe("the option tls.pins", () => {
  const pin = `sha256/${"A".repeat(43)}=`;
  const wrong = [[], pin, ["x"], [pin.slice(0, -1)], [pin.replace("256", "1")], [`${pin}=`], [pin, 1]];
  // Its last character has bits that stand for nothing.
  for (const pins of [...wrong, [pin.replace("A=", "B=")]]) {
    it(`refuses ${JSON.stringify(pins)}`, async () => {
      const tls = { pins } as ClientOptions["tls"];
      const connect = () => bounded("connect", NonBlockingClient.connect("wss://127.0.0.1:9", { tls }));
      const error = await assertRejects(connect, WebSocketError, 'allowed: a list, each "sha256/" and');
      assertEquals(error.code, "InvalidConfiguration");
      assertStringIncludes(error.message, "options: tls.pins is ");
    });
  }

  it("takes a good one", async () => {
    const tls = { pins: [pin] };
    const connect = () => bounded("connect", NonBlockingClient.connect("wss://127.0.0.1:9", { tls }));
    assertEquals((await assertRejects(connect, WebSocketError)).code, "ConnectionFailed");
  });
});
