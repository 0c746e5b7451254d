import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  NonBlockingClient,
  type NonBlockingOptions,
  WebSocketError,
} from "../../mod.ts";
import { closeFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { memoryServer } from "./memory_server.ts";
import { bounded, runtime, transports, turn } from "./setup.ts";

/** A transport that must not be asked. */
const untouched = {
  name: "untouched",
  unsupported: [],
  connect: () => Promise.reject(new Error("something was opened")),
};

async function refusal(options: unknown): Promise<WebSocketError> {
  const error = await assertRejects(
    () => NonBlockingClient.connect("ws://127.0.0.1:1", options as NonBlockingOptions),
    WebSocketError,
  );
  assertEquals(error.code, "InvalidConfiguration", error.message);
  return error;
}

const durations = [0, -1, NaN, Infinity, 2 ** 31, "5", null, true, {}];
const sizes = [0, -1, 1.5, NaN, Infinity, 2 ** 53, "5", null, true];
const notObjects = [1, "x", true, null];
const notBooleans = [0, 1, "true", {}];

/** For each option: values that are not allowed, and what the message says is. */
const wrong: Record<string, { readonly values: readonly unknown[]; readonly allowed: string }> = {
  transport: {
    values: ["tcp", "", 1, true, null, {}, { connect: 1 }, { connect() {} }, []],
    allowed: '"node"',
  },
  headers: { values: notObjects, allowed: "an object" },
  protocols: { values: [1, true, {}, [1], ["a", null], null], allowed: "strings" },
  tls: { values: notObjects, allowed: "an object" },
  spinWaitDuration: { values: [0, -1, NaN, Infinity, "1", true], allowed: "null" },
  handshakeTimeout: { values: durations, allowed: "milliseconds" },
  closeTimeout: { values: durations, allowed: "milliseconds" },
  maxMessageSize: { values: sizes, allowed: "bytes" },
  maxFrameSize: { values: sizes, allowed: "bytes" },
  maxBufferedAmount: { values: sizes, allowed: "bytes" },
  highWaterMark: { values: sizes.filter((size) => size !== 0), allowed: "bytes from 0" },
  keepAlive: { values: notObjects, allowed: "an object" },
  signal: { values: [1, "x", true, null, {}, new AbortController()], allowed: "an AbortSignal" },
  logger: { values: [1, "x", null, {}, { debug() {}, info() {}, warn() {} }], allowed: "error" },
  noDelay: { values: notBooleans, allowed: "true or false" },
  ttl: { values: [0, 256, 1.5, "64", null], allowed: "1 to 255" },
  tcpKeepAlive: { values: [0, -1, NaN, "x", {}], allowed: "true or false" },
  quickAck: { values: [...notBooleans, null], allowed: "true or false" },
  busyPoll: { values: [-1, 1.5, "x", null], allowed: "microseconds" },
  receiveBufferSize: { values: sizes, allowed: "bytes" },
  sendBufferSize: { values: sizes, allowed: "bytes" },
  typeOfService: { values: [-1, 256, "x", null], allowed: "0 to 255" },
};

describe("a client is not made by new", () => {
  for (const Client of [NonBlockingClient, BlockingClient, AsyncClient]) {
    it(Client.name, () => {
      const make = Client as unknown as new (...args: unknown[]) => unknown;
      for (const args of [[], ["ws://127.0.0.1:1"], [new URL("ws://127.0.0.1:1"), {}]]) {
        const error = assertThrows(() => new make(...args), WebSocketError);
        assertEquals(error.message, "a client is made by its connect(url, options), not by new");
      }
    });
  }
});

describe("options: a value that is not allowed is refused before anything is opened", () => {
  for (const [name, { values, allowed }] of Object.entries(wrong)) {
    it(name, async () => {
      for (const value of values) {
        const { message } = await refusal({ transport: untouched, [name]: value });
        assertStringIncludes(message, name);
        assertStringIncludes(message, allowed);
        // What is in headers is not for messages.
        if (name === "headers") continue;
        if (typeof value === "number") assertStringIncludes(message, String(value));
        if (value === null) assertStringIncludes(message, "null");
      }
    });
  }

  it("tls: each of its settings, without showing keys", async () => {
    const settings = {
      caCerts: [1, "", [], [""], [1]],
      cert: [1, "", {}],
      key: [1, "", {}],
      serverName: [1, ""],
      alpnProtocols: ["h2", [], [1], [""]],
      verify: [0, "no"],
    };
    for (const [name, values] of Object.entries(settings)) {
      for (const value of values) {
        const { message } = await refusal({ transport: untouched, tls: { [name]: value } });
        assertStringIncludes(message, `tls.${name}`);
      }
    }
    for (const alone of ["cert", "key"]) {
      const { message } = await refusal({ transport: untouched, tls: { [alone]: "-----SECRET-----" } });
      assertStringIncludes(message, "tls.cert and tls.key");
      assertEquals(message.includes("SECRET"), false);
    }
    assertStringIncludes((await refusal({ transport: untouched, tls: { ca: "x" } })).message, "tls.ca");
  });

  it("keepAlive: interval is needed, both are durations, nothing else is known", async () => {
    for (const value of durations) {
      for (const keepAlive of [{ interval: value }, { interval: 1, timeout: value }]) {
        const { message } = await refusal({ transport: untouched, keepAlive });
        assertStringIncludes(
          message,
          "interval" in keepAlive && "timeout" in keepAlive ? "timeout" : "interval",
        );
      }
    }
    assertStringIncludes((await refusal({ keepAlive: {} })).message, "keepAlive.interval");
    assertStringIncludes((await refusal({ keepAlive: { interval: 1, x: 1 } })).message, "keepAlive.x");
  });

  it("an unknown name", async () => {
    for (const name of ["onOpen", "Headers", "constructor", "__proto__x", "toString", "timeout"]) {
      assertStringIncludes((await refusal({ [name]: 1 })).message, `${name} is not an option`);
    }
  });

  it("a slip in a name, with the name that was meant", async () => {
    const slips: readonly (readonly [options: object, message: string])[] = [
      [{ noDelya: true }, "options: noDelya is not an option; did you mean noDelay?"],
      [{ handshaketimeout: 1 }, "options: handshaketimeout is not an option; did you mean handshakeTimeout?"],
      [{ protocol: "a" }, "options: protocol is not an option; did you mean protocols?"],
      [{ tls: { ca: "x" } }, "options: tls.ca is not an option; did you mean tls.caCerts?"],
      [{ timeout: 5 }, "options: timeout is not an option"],
    ];
    for (const [options, message] of slips) assertEquals((await refusal(options)).message, message);
  });

  it("options that are no object", async () => {
    assertEquals((await refusal(["chat"])).message, "options: options is a list, allowed: an object");
    for (const value of [null, 1, "x", true]) {
      assertStringIncludes((await refusal(value)).message, "options");
    }
  });

  it("headers and subprotocols that cannot be sent; header values are not shown", async () => {
    const wrongHeaders = [
      { "in valid": "x" },
      { x: "a\r\nb: SECRET" },
      { upgrade: "h2c" },
      { "sec-websocket-key": "SECRET" },
      { connection: "close" },
    ];
    for (const headers of wrongHeaders) {
      const { message } = await refusal({ transport: untouched, headers });
      assertEquals(message.includes("SECRET"), false, message);
    }
    for (const protocols of ["", "a b", ["a", "a"], ["a,b"], ["é"]]) {
      await refusal({ transport: untouched, protocols });
    }
  });

  it("nothing is opened: the server sees no connection", async () => {
    await using server = await rawServer(() => Promise.resolve());
    const options = { headers: { "in valid": "x" } };
    await assertRejects(() => NonBlockingClient.connect(server.url, options), WebSocketError);
    await assertRejects(
      () => NonBlockingClient.connect(server.url, { closeTimeout: -1 }),
      WebSocketError,
    );
    for (let i = 0; i < 5; i++) await turn();
    assertEquals(server.connections, 0);
  });

  it("a transport of another runtime", async () => {
    const others = ["deno", "bun"].filter((name) => name !== runtime);
    for (const transport of others) {
      const { message } = await refusal({ transport });
      assertStringIncludes(message, `transport "${transport}"`);
      assertStringIncludes(message, `"${runtime}"`);
    }
  });
});

describe("options: socket options that a transport cannot set", () => {
  const values = {
    ttl: 64,
    quickAck: true,
    busyPoll: 50,
    receiveBufferSize: 65536,
    sendBufferSize: 65536,
    typeOfService: 16,
    tcpKeepAlive: true,
    noDelay: false,
  } as const;

  for (const transport of transports) {
    it(`are refused by name or set, ${transport} transport`, async () => {
      for (const [name, value] of Object.entries(values)) {
        await using server = await rawServer(async (peer) => {
          await peer.handshake({ append: closeFrame(1000) });
          await peer.readFrame();
          await peer.end();
        });
        const connecting = NonBlockingClient.connect(server.url, { transport, [name]: value });
        const [result] = await bounded("connect", Promise.allSettled([connecting]));
        if (result.status === "fulfilled") {
          assertEquals((await bounded("the client to end", result.value.run({}))).code, 1000);
          continue;
        }
        assertEquals(result.reason.code, "InvalidConfiguration", result.reason.message);
        assertStringIncludes(result.reason.message, name);
        assertStringIncludes(result.reason.message, `"${transport}"`);
        assertEquals(server.connections, 0);
        assertEquals(name === "noDelay" || name === "tcpKeepAlive", false, `${name} works everywhere`);
      }
    });
  }

  it("a transport of one's own says itself what it cannot set", async () => {
    const transport = { ...untouched, name: "mine", unsupported: ["noDelay"] as const };
    assertStringIncludes((await refusal({ transport, noDelay: false })).message, '"mine"');
  });

  it("a default that the transport cannot set is nobody's wish", async () => {
    for (const options of [{}, { noDelay: undefined }, { noDelay: null }]) {
      const server = memoryServer();
      const transport = { ...server.transport, unsupported: ["noDelay"] as const };
      const client = await NonBlockingClient.connect("ws://memory.example", { ...options, transport });
      client.forceQuit();
    }
  });
});

describe("options: what is left out or undefined has its default", () => {
  it("every option may be undefined", async () => {
    const server = memoryServer();
    const options = Object.fromEntries(Object.keys(wrong).map((name) => [name, undefined]));
    const client = await NonBlockingClient.connect("ws://memory.example", {
      ...options,
      transport: server.transport,
    });
    client.close();
    assertEquals((await bounded("the client to end", client.run({}))).code, 1000);
  });

  it("the smallest values are allowed", async () => {
    const server = memoryServer();
    const client = await NonBlockingClient.connect("ws://memory.example", {
      transport: server.transport,
      highWaterMark: 0,
      closeTimeout: 2 ** 31 - 1,
      handshakeTimeout: 2 ** 31 - 1,
      maxMessageSize: 1,
      maxFrameSize: 125,
      protocols: [],
      headers: {},
    });
    client.close();
    assertEquals((await bounded("the client to end", client.run({}))).code, 1000);
  });
});
