import { Console } from "node:console";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { pino } from "pino";
import { AsyncClient, type Logger, NonBlockingClient } from "../../mod.ts";
import { bounded } from "../client/setup.ts";
import { memoryServer } from "../client/memory_server.ts";
import { EchoServer } from "./echo_server.ts";

/** A stream that keeps its lines. */
function lineStream(): { readonly stream: Writable; readonly lines: () => string[] } {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  return { stream, lines: () => text.split("\n").slice(0, -1) };
}

/** Connects to a server in memory, and closes. */
async function converse(logger: Logger): Promise<void> {
  const { transport } = memoryServer();
  const client = await NonBlockingClient.connect("ws://memory.example/?secret", { transport, logger });
  await bounded("the client to end", client.run({ onActivated: (client) => client.close() }));
}

/** Without the number, and with all times the same. */
const plain = (line: string) => line.replace(/^websocket \d+/, "websocket N").replace(/[\d.]+ ms/, "N ms");

/** What `converse` makes, by pino's names and numbers of levels. */
const expected: readonly (readonly [level: number, line: string])[] = [
  [20, "websocket N: connecting to memory.example over memory"],
  [20, "websocket N: lookup took N ms"],
  [20, "websocket N: tcp took N ms"],
  [20, "websocket N: upgrade took N ms"],
  [30, "websocket N: connected to memory.example over memory in N ms"],
  [20, "websocket N: closing by local: 1000"],
  [30, "websocket N: closed by local: 1000"],
];

describe("pino", () => {
  it("gets lines with their levels, and adds its fields", async () => {
    const { stream, lines } = lineStream();
    const logger = pino({ level: "debug", base: undefined }, stream).child({ feed: "trades" });
    await converse(logger);
    const records = lines().map((line) => JSON.parse(line));
    assertEquals(records.map(({ level, msg }) => [level, plain(msg)]), expected.map((pair) => [...pair]));
    assert(records.every(({ feed }) => feed === "trades"));
  });

  it("by its level leaves out what is not wanted, also of a client on another thread", async () => {
    await using server = await EchoServer.start();
    const { stream, lines } = lineStream();
    const client = await AsyncClient.connect(server.url, { logger: pino({ level: "info" }, stream) });
    const thread = client.run();
    await client.control.close();
    await bounded("the client to end", thread.join());
    const records = lines().map((line) => JSON.parse(line));
    assertEquals(records.map(({ level }) => level), [30, 30]);
    assertMatch(records[1].msg, new RegExp(`^websocket ${client.stats.id}: closed by local: 1000$`));
  });

  it("a wrapper puts the connection's number into a field", async () => {
    const { stream, lines } = lineStream();
    const base = pino({ level: "info" }, stream);
    const at = (level: keyof Logger) => (line: string) => {
      const [, id, message] = /^websocket (\d+): (.*)$/.exec(line)!;
      base[level]({ connection: Number(id) }, message);
    };
    await converse({ debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") });
    const { connection, msg } = JSON.parse(lines().at(-1)!);
    assertEquals([typeof connection, msg], ["number", "closed by local: 1000"]);
  });
});

describe("console", () => {
  it("gets every line as one string", async () => {
    const { stream, lines } = lineStream();
    await converse(new Console(stream, stream));
    assertEquals(lines().map(plain), expected.map(([, line]) => line));
  });
});

/** The methods of a logger of `@std/log` 0.224, as its documentation has them: a message or a function that makes one. */
interface StdLogger {
  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: T extends (...args: unknown[]) => unknown ? never : T, ...args: unknown[]): T;
  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: T extends (...args: unknown[]) => unknown ? never : T, ...args: unknown[]): T;
  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: T extends (...args: unknown[]) => unknown ? never : T, ...args: unknown[]): T;
  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: T extends (...args: unknown[]) => unknown ? never : T, ...args: unknown[]): T;
}

/** A logger with methods that need `this`, and that answer the message, as those of `@std/log` do. */
class MethodLogger {
  readonly lines: string[] = [];

  debug<T>(message: T): T {
    return this.#log(20, message);
  }
  info<T>(message: T): T {
    return this.#log(30, message);
  }
  warn<T>(message: T): T {
    return this.#log(40, message);
  }
  error<T>(message: T): T {
    return this.#log(50, message);
  }
  #log<T>(level: number, message: T): T {
    this.lines.push(`${level} ${plain(String(message))}`);
    return message;
  }
}

describe("@std/log", () => {
  it("has the type of a Logger", () => {
    const fits: StdLogger extends Logger ? true : false = true;
    assert(fits);
  });

  it("methods keep their this", async () => {
    const logger = new MethodLogger();
    await converse(logger);
    assertEquals(logger.lines, expected.map(([level, line]) => `${level} ${line}`));
  });
});
