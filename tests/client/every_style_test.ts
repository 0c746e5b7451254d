import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  type ClientOptions,
  type CloseInfo,
  type ConnectionStats,
  NonBlockingClient,
  WebSocketError,
} from "../../mod.ts";
import type { ScriptName } from "../thread/peer_scripts.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { describeClose } from "./recorder.ts";
import { bounded } from "./setup.ts";

/** What a client can say of itself while it is connected, and in the end. */
interface Outcome {
  readonly protocol: string;
  readonly close: CloseInfo;
  readonly stats: ConnectionStats;
  readonly texts: readonly string[];
}

/** Connects, sends these texts when activated, closes after as many answers, and goes on to the end. */
type Converse = (url: string, options: ClientOptions, texts: readonly string[]) => Outcome | Promise<Outcome>;

const styles: Readonly<Record<string, Converse>> = {
  async "non-blocking"(url, options, texts) {
    const client = await NonBlockingClient.connect(url, options);
    const heard: string[] = [];
    const close = await client.run({
      onActivated: (client) => {
        for (const text of texts) client.sendText(text);
      },
      onTextMessage: (client, { text }) => void (heard.push(text) === texts.length && client.close()),
      onError: () => {},
    });
    return { protocol: client.protocol, close, stats: client.stats, texts: heard };
  },

  blocking(url, options, texts) {
    const client = BlockingClient.connect(url, options);
    const heard: string[] = [];
    const close = client.run({
      onActivated: (client) => {
        for (const text of texts) client.sendText(text);
      },
      onTextMessage: (client, { text }) => void (heard.push(text) === texts.length && client.close()),
      onError: () => {},
    });
    return { protocol: client.protocol, close, stats: client.stats, texts: heard };
  },

  async async(url, options, texts) {
    const client = await AsyncClient.connect(url, options);
    const heard: string[] = [];
    const thread = client.run();
    for await (const event of client.events) {
      if (event.type === "activated") { for (const text of texts) await client.control.sendText(text); }
      if (event.type === "text" && heard.push(event.data) === texts.length) await client.control.close();
    }
    return { protocol: client.protocol, close: await thread.join(), stats: client.stats, texts: heard };
  },
};

/** What each style does, by its name. */
async function inEveryStyle<T>(
  script: ScriptName,
  body: (converse: Converse, url: string) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  await using peer = await PeerThread.start(script);
  for (const converse of Object.values(styles)) {
    results.push(await bounded("the client", body(converse, peer.url)));
  }
  return results;
}

/** All styles do the same. */
function assertSame<T>([first, ...others]: readonly T[]): T {
  for (const other of others) assertEquals(other, first);
  return first!;
}

/** An error as far as all styles must agree; a cause by its name and message. */
function describeError(error: unknown) {
  assert(error instanceof WebSocketError, String(error));
  const { code, message, phase, closeCode, response, cause } = error;
  return {
    code,
    message,
    phase,
    closeCode,
    response,
    cause: cause instanceof Error ? `${cause.name}: ${cause.message}` : cause,
  };
}

async function failure(converse: Converse, url: string, options: object): Promise<unknown> {
  try {
    await converse(url, options, []);
  } catch (error) {
    return describeError(error);
  }
  throw new Error("It connected");
}

describe("every style", () => {
  it("says the same of the same conversation", async () => {
    const outcomes = await inEveryStyle("echo", async (converse, url) => {
      const { protocol, close, stats, texts } = await converse(url, {}, ["one", "two", "three"]);
      // What depends on time and on others is not the same.
      const { id: _, connect: __, openedAt: ___, closedAt: ____, bufferedAmountPeak: _____, ...counts } =
        stats;
      return { protocol, close, counts, texts };
    });
    const { texts, close } = assertSame(outcomes);
    assertEquals(texts, ["one", "two", "three"]);
    assertEquals(describeClose(close), "1000 clean local");
  });

  it("writes the same log, in the same order", async () => {
    const logs = await inEveryStyle("echo", async (converse, url) => {
      const lines: string[] = [];
      const log = (level: string) => (message: string) =>
        lines.push(
          `${level} ${
            message.replace(/^websocket \d+: /, "").replace(/:\d{4,5}/, ":port").replace(/[\d.]+ ms/, "N ms")
          }`,
        );
      const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
      await converse(url, { logger }, ["one"]);
      return lines;
    });
    const lines = assertSame(logs);
    assertEquals(lines.slice(-2), ["debug closing by local: 1000", "info closed by local: 1000"]);
    assert(lines.length >= 5, lines.join("; "));
  });

  it("tells of a refused handshake with the server's response", async () => {
    const failures = await inEveryStyle("refuses", (converse, url) => failure(converse, url, {}));
    const { code, response } = assertSame(failures) as ReturnType<typeof describeError>;
    assertEquals([code, response?.status], ["HandshakeFailed", 403]);
    assertEquals(response?.headers, [["x-why", "not you"], ["content-length", "4"]]);
    assertEquals(new TextDecoder().decode(response?.body), "nope");
  });

  it("tells of a server that does not answer", async () => {
    const options = { handshakeTimeout: 100 };
    const failures = await inEveryStyle("mute", (converse, url) => failure(converse, url, options));
    const { code, phase } = assertSame(failures) as ReturnType<typeof describeError>;
    assertEquals([code, phase], ["Timeout", "upgrade"]);
  });

  it("tells of a connection that is refused, with the system's error", async () => {
    const failures = await Promise.all(
      // The discard port; nobody listens there.
      Object.values(styles).map((converse) => failure(converse, "ws://127.0.0.1:9", {})),
    );
    const { code, cause } = assertSame(failures) as ReturnType<typeof describeError>;
    assertEquals(code, "ConnectionFailed");
    assert(typeof cause === "string" && cause !== "", String(cause));
  });

  it("takes a signal that has been aborted", async () => {
    const reason = new RangeError("mine");
    const options = { signal: AbortSignal.abort(reason) };
    const failures = await inEveryStyle("echo", (converse, url) => failure(converse, url, options));
    const { code, cause } = assertSame(failures) as ReturnType<typeof describeError>;
    assertEquals([code, cause], ["Aborted", "RangeError: mine"]);
  });

  it("tells of a dead peer", async () => {
    const options = { keepAlive: { interval: 30, timeout: 30 } };
    const closes = await inEveryStyle("listens", async (converse, url) => {
      const { close } = await converse(url, options, []);
      return { ...close, error: describeError(close.error) };
    });
    const { code, error } = assertSame(closes);
    assertEquals([code, error.code, error.phase], [1006, "Timeout", "keepAlive"]);
  });

  it("takes headers in every form", async () => {
    const forms = [
      { "x-one": "1", "x-two": "2" },
      [["x-one", "1"], ["x-two", "2"]] as [string, string][],
      new Headers({ "x-one": "1", "x-two": "2" }),
      new Map([["x-one", "1"], ["x-two", "2"]]) as unknown as HeadersInit,
    ];
    for (const headers of forms) {
      const closes = await inEveryStyle("wantsHeaders", async (converse, url) => {
        return describeClose((await converse(url, { headers }, [])).close);
      });
      assertEquals(assertSame(closes), "1000 clean remote");
    }
  });

  const wrong: [name: string, options: object][] = [
    ["an unknown option", { nope: true }],
    ["a proxy that is none", { proxy: "gopher://example.com" }],
    ["spinWaitDuration 0", { spinWaitDuration: 0 }],
    ["spinWaitDuration NaN", { spinWaitDuration: NaN }],
    ["a negative time-out", { closeTimeout: -1 }],
    ["an endless time-out", { handshakeTimeout: Infinity }],
    ["a size that is none", { maxMessageSize: 0.5 }],
    ["keepAlive without an interval", { keepAlive: {} }],
    ["a logger that is none", { logger: {} }],
    ["a header that breaks the request", { headers: { "x-a": "b\r\nc" } }],
    ["a header of the handshake", { headers: { upgrade: "other" } }],
    ["a subprotocol twice", { protocols: ["a", "a"] }],
    ["half a client certificate", { tls: { cert: "x" } }],
  ];
  for (const [name, options] of wrong) {
    it(`refuses ${name}`, async () => {
      const url = "ws://127.0.0.1:9";
      const failures = await Promise.all(
        Object.values(styles).map((converse) => failure(converse, url, options)),
      );
      const { code } = assertSame(failures) as ReturnType<typeof describeError>;
      assertEquals(code, "InvalidConfiguration");
    });
  }

  it("refuses a URL that is none", async () => {
    for (const url of ["", "example.com", "ftp://example.com", "ws://example.com/#fragment"]) {
      const failures = await Promise.all(
        Object.values(styles).map((converse) => failure(converse, url, {})),
      );
      assertEquals((assertSame(failures) as ReturnType<typeof describeError>).code, "InvalidUrl");
    }
  });

  it("a transport of one's own cannot go to another thread", async () => {
    const transport = { name: "own", unsupported: [], connect: () => Promise.reject(new Error("no")) };
    const { blocking, async } = styles;
    for (const converse of [blocking!, async!]) {
      const { code } = await failure(converse, "ws://127.0.0.1:9", { transport }) as ReturnType<
        typeof describeError
      >;
      assertEquals(code, "InvalidConfiguration");
    }
  });
});
