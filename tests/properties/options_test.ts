import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { AsyncClient, BlockingClient, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { BLOCKING_RULES, checkOptions, THREAD_RULES } from "../../src/client/check_options.ts";
import { prepare } from "../../src/client/open_connection.ts";
import type { NonBlockingOptions } from "../../src/client/options.ts";
import { junk } from "./junk.ts";
import { holds } from "./property.ts";

const URL_TEXT = "ws://127.0.0.1:1/";

/** Values that some option takes, and their neighbours that none does. */
const numbers = fc.constantFrom(
  -1,
  0,
  1,
  7,
  8,
  15,
  16,
  255,
  256,
  1000,
  1e6,
  1e6 + 1,
  2 ** 30,
  2 ** 30 + 1,
  2 ** 31 - 1,
  2 ** 31,
  0.5,
  NaN,
  Infinity,
);
const strings = fc.constantFrom(
  "",
  "node",
  "deno",
  "bun",
  "syscall",
  "chat",
  "a b",
  "environment",
  "http://proxy:3128",
  "socks5://u:p4ss@proxy",
  "127.0.0.1",
  "::1",
  "localhost",
  "x".repeat(100),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: numbers },
  { weight: 3, arbitrary: fc.oneof(strings, fc.array(strings, { maxLength: 3 })) },
  { weight: 3, arbitrary: fc.constantFrom(true, false, null, undefined) },
  { weight: 2, arbitrary: junk },
);

const nested = fc.dictionary(
  fc.constantFrom(
    "interval",
    "timeout",
    "caCerts",
    "cert",
    "key",
    "serverName",
    "alpnProtocols",
    "verify",
    "pins",
    "url",
    "headers",
    "tls",
    "environment",
    "threshold",
    "level",
    "memLevel",
    "codec",
    "serverMaxWindowBits",
    "clientMaxWindowBits",
    "limit",
    "allowDowngrade",
    "localhost",
    "__proto__",
    "junk",
  ),
  value,
  { maxKeys: 3 },
);

const names = fc.constantFrom(
  ...[
    "headers",
    "protocols",
    "tls",
    "transport",
    "spinWaitDuration",
    "handshakeTimeout",
    "closeTimeout",
    "maxMessageSize",
  ],
  ...[
    "maxFrameSize",
    "maxBufferedAmount",
    "highWaterMark",
    "keepAlive",
    "perMessageDeflate",
    "signal",
    "logger",
    "noDelay",
  ],
  ...[
    "ttl",
    "tcpKeepAlive",
    "quickAck",
    "busyPoll",
    "receiveBufferSize",
    "sendBufferSize",
    "typeOfService",
    "lookup",
  ],
  ...[
    "followRedirects",
    "localAddress",
    "proxy",
    "receiveTimestamps",
    "thread",
    "workerUrl",
    "eventCapacity",
    "readTimeout",
  ],
  ...["HEADERS", "toString", "constructor", "hasOwnProperty", "__proto__", "junk", ""],
);

const options = fc.dictionary(
  names,
  fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: nested }),
  { maxKeys: 5 },
);

/** The error of `check`; `undefined` where it has nothing against it. */
function refusalOf(check: () => unknown): WebSocketError | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    assertInstanceOf(error, WebSocketError, String((error as Error)?.stack));
    assertEquals(error.code, "InvalidConfiguration", error.message);
    assert(!error.message.startsWith("options: proxy") || !error.message.includes("p4ss"), error.message);
    return error;
  }
}

/** The option that an error is about: the first name, without what is inside of it. */
function subjectOf({ message }: WebSocketError): string {
  return /^options: ([^ .[]*)/.exec(message)?.[1] ?? message;
}

const checks: Readonly<Record<string, (options: NonBlockingOptions) => unknown>> = {
  "non-blocking": (options) => prepare(URL_TEXT, options),
  "async": (options) => checkOptions(options, THREAD_RULES),
  "blocking": (options) => checkOptions(options, BLOCKING_RULES),
};

describe("any options", () => {
  for (const [style, check] of Object.entries(checks)) {
    it(`are taken, or refused by the name of one that is refused alone as well: ${style}`, async () => {
      await holds(
        fc.property(options, (options) => {
          const error = refusalOf(() => check(options));
          const alone = (name: string) =>
            refusalOf(() => check({ [name]: options[name as keyof typeof options] }));
          if (error === undefined) {
            for (const name of Object.keys(options)) assertEquals(alone(name), undefined, name);
            return;
          }
          const name = subjectOf(error);
          assert(Object.hasOwn(options, name), error.message);
          assertEquals(alone(name)?.message, error.message);
        }),
        { runs: 250 },
      );
    });
  }

  it("that are none at all are refused", async () => {
    const none = junk.filter((value) => value !== undefined && (typeof value !== "object" || value === null));
    await holds(
      fc.property(none, fc.constantFrom(...Object.values(checks)), (value, check) => {
        const error = refusalOf(() => check(value as NonBlockingOptions));
        assert(error?.message.startsWith("options: options is "), error?.message);
      }),
      { runs: 200 },
    );
  });

  it("are refused before anything is opened, by whichever client", async () => {
    const wrong = options.filter((options) =>
      Object.values(checks).every((check) => refusalOf(() => check(options)))
    );
    await holds(
      fc.asyncProperty(wrong, async (options) => {
        const given = options as NonBlockingOptions as { transport: undefined };
        for (const connect of [NonBlockingClient.connect, AsyncClient.connect]) {
          const error = await assertRejects(() => connect(URL_TEXT, given), WebSocketError);
          assertEquals(error.code, "InvalidConfiguration");
        }
        assert(refusalOf(() => BlockingClient.connect(URL_TEXT, given)));
      }),
      { runs: 100 },
    );
  });

  it("with a transport of one's own, of any shape, are refused by name or connect", async () => {
    const transport = fc.record({
      connect: fc.constant(() => Promise.reject(new RangeError("mine"))),
      name: value,
      unsupported: value,
    }, { requiredKeys: ["connect"] });
    await holds(
      fc.asyncProperty(transport, async (transport) => {
        const given = { transport } as unknown as NonBlockingOptions;
        const error = await assertRejects(() => NonBlockingClient.connect(URL_TEXT, given));
        if (error instanceof RangeError) return assertEquals(error.message, "mine");
        assertInstanceOf(error, WebSocketError, String((error as Error).stack));
        assertEquals(error.code, "InvalidConfiguration");
      }),
      { runs: 100 },
    );
  });
});
