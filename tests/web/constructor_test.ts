import { describe, it } from "node:test";
import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { WebSocket as OurWebSocket, WebSocketError } from "@silver9/websocket/web";
import { bounded, turn } from "../client/setup.ts";
import { closeFrame } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";
import { both, next, type WebSocketClass } from "./platform.ts";

const refusedUrls = [
  "",
  "/relative",
  "example.com",
  "//example.com",
  "mailto:someone@example.com",
  "ftp://example.com/",
  "about:blank",
  "ws://",
  "ws://two words/",
  "ws://example.com:port/",
  "ws://example.com:65536/",
  "ws://example.com/#fragment",
  "wss://example.com/path#",
];

/** RFC 9110 §5.6.2: no token may hold these. */
const notInTokens = '()<>@,;:\\"/[]?={} \t\0\x7f\x80é\u2028';

/** What a constructor throws. */
function thrownBy(construct: () => unknown): DOMException {
  return assertThrows(construct, DOMException as never) as DOMException;
}

function refusal(WebSocket: WebSocketClass, ...args: ConstructorParameters<WebSocketClass>): string {
  return thrownBy(() => new WebSocket(...args)).name;
}

/** Connects, and answers the request and the URL attribute of the socket. */
async function requestOf(
  construct: (url: string) => WebSocket | OurWebSocket,
): Promise<{ readonly header: (name: string) => string | undefined; readonly target: string; url: string }> {
  let request: Awaited<ReturnType<RawPeer["readRequest"]>>;
  let url = "";
  await withRawServer(async (peer) => {
    request = await peer.readRequest();
    await peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    await peer.end();
  }, async (server) => {
    const socket = construct(server.url);
    url = socket.url.replace(server.url, "");
    await bounded("the socket to be closed", next(socket, "close"));
  });
  const { header, target } = request!;
  return { header, target, url };
}

describe("new WebSocket: the URL", () => {
  both("SyntaxError for what is no WebSocket URL", (WebSocket) => {
    for (const url of refusedUrls) assertEquals(refusal(WebSocket, url), "SyntaxError", url);
  }, { bun: "the exception is no DOMException" });

  it("the exception has our error as its cause, and no credentials in it", () => {
    const exception = thrownBy(() => new OurWebSocket("ws://me:s3cret@example.com:x/"));
    assertInstanceOf(exception.cause, WebSocketError);
    assertEquals(exception.cause.code, "InvalidUrl");
    assertEquals(`${exception.message} ${exception.cause.message}`.includes("s3cret"), false);
  });

  both("is normalised: case, default port, dots, spaces, and white space around it", async (WebSocket) => {
    const { target, url } = await requestOf((base) => new WebSocket(` ${base}/a/../b c?d e=\u00e9\n`));
    assertEquals([target, url], ["/b%20c?d%20e=%C3%A9", "/b%20c?d%20e=%C3%A9"]);
  });

  both("a URL object, or anything that makes a string", async (WebSocket) => {
    assertEquals((await requestOf((base) => new WebSocket(new URL("/x?y", base)))).target, "/x?y");
    const url = (base: string) => ({ toString: () => `${base}/z` }) as unknown as string;
    assertEquals((await requestOf((base) => new WebSocket(url(base)))).target, "/z");
  });

  it("user name and password go into the request, and not into the url attribute", async () => {
    const { header, url } = await requestOf((base) => new OurWebSocket(base.replace("//", "//me:s3cret@")));
    assertEquals(header("authorization"), `Basic ${btoa("me:s3cret")}`);
    assertEquals(url.includes("s3cret"), false);
  });

  both("http: and https: are read as ws: and wss:", async (WebSocket) => {
    const { target } = await requestOf((base) => new WebSocket(base.replace("ws:", "http:")));
    assertEquals(target, "/");
    const socket = new WebSocket("https://127.0.0.1:1/");
    assertEquals(socket.url, "wss://127.0.0.1:1/");
    await next(socket, "close");
  });
});

describe("new WebSocket: subprotocols", () => {
  both("SyntaxError for what is no token", (WebSocket) => {
    for (const character of notInTokens) {
      const protocol = `a${character}b`;
      assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", protocol), "SyntaxError", JSON.stringify(protocol));
      assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", ["ok", protocol]), "SyntaxError");
    }
    assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", ""), "SyntaxError");
    assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", [""]), "SyntaxError");
  }, { bun: "the exception is no DOMException" });

  both("SyntaxError for one that is listed twice, in whatever case", (WebSocket) => {
    assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", ["a", "b", "a"]), "SyntaxError");
    assertEquals(refusal(WebSocket, "ws://127.0.0.1:1", ["echo", "Echo"]), "SyntaxError");
  }, { bun: "the exception is no DOMException" });

  both("one, several in order, or none", async (WebSocket) => {
    const sent = async (protocols?: string | string[]) =>
      (await requestOf((url) => new WebSocket(url, protocols))).header("sec-websocket-protocol")
        ?.replaceAll(" ", "");
    assertEquals(await sent("chat"), "chat");
    assertEquals(await sent(["v2", "v1"]), "v2,v1");
    assertEquals(await sent([]), undefined);
    assertEquals(await sent(undefined), undefined);
  });

  it("any iterable; its items become strings", async () => {
    const { header } = await requestOf((url) => new OurWebSocket(url, new Set(["b", 1]) as Iterable<string>));
    assertEquals(header("sec-websocket-protocol"), "b, 1");
  });
});

describe("new WebSocket: options in place of subprotocols", () => {
  it("headers and subprotocols go into the request", async () => {
    const { header } = await requestOf((url) =>
      new OurWebSocket(url, { headers: { authorization: "Bearer abc" }, protocols: ["x"] })
    );
    assertEquals([header("authorization"), header("sec-websocket-protocol")], ["Bearer abc", "x"]);
  });

  it("a bad one is refused by name, as the clients refuse it", () => {
    const refused = (options: object) =>
      assertThrows(() => new OurWebSocket("ws://127.0.0.1:1", options), WebSocketError).message;
    assertEquals(refused({ handshakeTimeout: 0 }).split(",")[0], "options: handshakeTimeout is 0");
    assertEquals(refused({ nonsense: 1 }), "options: nonsense is not an option");
    assertEquals(
      refused({ receiveTimestamps: true }),
      "options: receiveTimestamps is for NonBlockingClient and BlockingClient",
    );
    assertEquals(
      refused({ messageParts: true }),
      "options: messageParts is for NonBlockingClient, BlockingClient and AsyncClient",
    );
  });

  it("a transport, its socket options, TLS: what is not possible there ends in an error event", async () => {
    const socket = new OurWebSocket("ws://127.0.0.1:1", { ttl: 5 });
    const errors: unknown[] = [];
    socket.onerror = ({ error }) => errors.push(error.code);
    await bounded("the socket to be closed", next(socket, "close"));
    assertEquals(errors, ["InvalidConfiguration"]);
  });

  it("a signal ends the attempt, or the open connection", async () => {
    const ended = async (socket: OurWebSocket) => {
      const events: unknown[] = [];
      socket.onerror = ({ error }) => events.push(error.code);
      socket.onclose = ({ code, wasClean }) => events.push(code, wasClean);
      await bounded("the socket to be closed", next(socket, "close"));
      return events;
    };
    const before = AbortSignal.abort();
    assertEquals(await ended(new OurWebSocket("ws://127.0.0.1:1", { signal: before })), [
      "Aborted",
      1006,
      false,
    ]);
    await withRawServer(async (peer) => {
      await peer.handshake();
      assertEquals((await peer.readFrame()).close?.code, 1001);
      await peer.send(closeFrame(1001)).catch(() => {});
    }, async (server) => {
      const later = new AbortController();
      const socket = new OurWebSocket(server.url, { signal: later.signal });
      await bounded("the socket to be open", next(socket, "open"));
      later.abort();
      assertEquals(await ended(socket), ["Aborted", 1006, false]);
    });
    await turn();
  });
});
