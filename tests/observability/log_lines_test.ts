import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Logger } from "../../mod.ts";
import { ConnectionObserver } from "../../src/driver/observer.ts";
import { closeFrame, pongFrame, textFrame } from "../support/frames.ts";
import { bounded } from "../client/setup.ts";
import { connection } from "../driver/connection.ts";
import { EchoServer } from "./echo_server.ts";
import { styles } from "./styles.ts";

let server: EchoServer;
before(async () => {
  server = await EchoServer.start();
});
after(() => server[Symbol.asyncDispose]());

/** A logger that keeps its lines, and what it keeps, without the connection's number. */
function keeper(): { readonly logger: Logger; readonly lines: () => string[]; readonly kept: string[] } {
  const kept: string[] = [];
  const at = (level: string) => (message: string) => void kept.push(`${level} ${message}`);
  const logger = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  return { logger, kept, lines: () => kept.map((line) => line.replace(/websocket \d+: /, "")) };
}

describe("log lines", () => {
  for (const [style, converse] of Object.entries(styles)) {
    it(`have the number of stats, and no secret: ${style}`, async () => {
      const { logger, kept } = keeper();
      const url = `${server.url.replace("//", "//SECRET-user:SECRET-password@")}/SECRET-path?SECRET-query`;
      const headers = { cookie: "SECRET-cookie" };
      const { closed } = await bounded("the client", converse(url, { logger, headers }));
      assert(kept.length >= 6, kept.join("\n"));
      assert(kept.every((line) => line.includes(` websocket ${closed.id}: `)), kept.join("\n"));
      assertEquals(kept.filter((line) => line.includes("SECRET")), []);
    });
  }

  it("tell of extensions and subprotocol, and of the failure to connect with its phase", () => {
    const { logger, lines } = keeper();
    const observer = new ConnectionObserver({ logger });
    const connect = { lookup: 0, tcp: 0.1234, proxy: 0, tls: 1, upgrade: 2, total: 1234.5 };
    observer.opened({ protocol: "chat", extensions: "permessage-deflate", connect }, "a.example", "own");
    observer.phaseEnded("tcp", connect.tcp);
    observer.failedToOpen(new Error("why"), { where: "a.example", phase: "tls", after: 12.345 });
    observer.failedToOpen("why", { where: "a.example", phase: "lookup" });
    const target = { host: "a.example", port: 443, transport: "own", socketPath: undefined };
    observer.connecting({ ...target, secure: true }, "a.example");
    observer.connecting({ ...target, secure: false }, "a.example:443");
    assertEquals(lines(), [
      "info connected to a.example over own in 1235 ms, subprotocol chat, extensions permessage-deflate",
      "debug tcp took 0.123 ms",
      "error connecting to a.example failed in phase tls, after 12.3 ms: why",
      "error connecting to a.example failed in phase lookup: why",
      "debug connecting to a.example with TLS over own",
      "debug connecting to a.example:443 over own",
    ]);
  });

  it("tell of pings, of those that are not answered in time, and of the end", async () => {
    const { logger, lines } = keeper();
    const { clock, run, stream } = connection({
      settings: { logger, keepAlive: { interval: 100, timeout: 250 } },
    });
    const running = run();
    clock.advance(100);
    clock.advance(7);
    stream.sink.onData(pongFrame());
    clock.advance(1000);
    await running;
    assertEquals(lines(), [
      "debug nothing came for 100 ms: ping",
      "debug a ping was answered in 7 ms",
      "debug nothing came for 100 ms: ping",
      "warn no sign of life for 100 ms after a ping",
      "warn no sign of life for 200 ms after a ping",
      "warn no sign of life for 250 ms after a ping",
      "error failed: Timeout: no sign of life within 250 ms of a ping",
    ]);
  });

  it("tell who closes", async () => {
    const { logger, lines } = keeper();
    const { run, stream } = connection({ settings: { logger } });
    const running = run();
    stream.sink.onData(closeFrame(3001, "SECRET-reason"));
    stream.sink.onEnd();
    stream.sink.onClose();
    await running;
    assertEquals(lines(), ["debug closing by remote: 3001", "info closed by remote: 3001"]);
  });

  it("tell who closes, without a code where there is none, and of a connection that was lost", async () => {
    for (
      const [end, line] of [
        [undefined, "warn lost: 1006"],
        [Object.assign(new Error("ECONNRESET"), { code: "ECONNRESET" }), "warn lost: 1006: "],
      ] as const
    ) {
      const { logger, lines } = keeper();
      const { run, stream, subject } = connection({ settings: { logger } });
      const running = run();
      subject.close(undefined, "");
      stream.sink.onClose(end);
      await running;
      const [closing, lost] = lines();
      assertEquals(closing, "debug closing by local: without a code");
      assert(end === undefined ? lost === line : lost!.startsWith(line), lost);
    }
  });

  it("tell of no ping that is not sent, because the connection was given up", async () => {
    const { logger, lines } = keeper();
    const controller = new AbortController();
    const { signal } = controller;
    const settings = { logger, signal, keepAlive: { interval: 100, timeout: 250 } };
    const { clock, run, stream } = connection({ settings });
    const running = run();
    controller.abort();
    const { length } = stream.writes;
    // The stream has not told yet that it is gone.
    clock.advance(100);
    assertEquals(stream.writes.length, length);
    await running;
    assertEquals(lines(), ["error failed: Aborted: the connection was aborted by its signal"]);
  });

  it("tell of pauses, once a second", () => {
    const { logger, lines } = keeper();
    const { clock, run, subject, stream } = connection({ settings: { logger } });
    void run();
    for (let i = 0; i < 25; i++) {
      subject.pause();
      clock.advance(100);
      subject.resume();
      stream.sink.onData(textFrame("x"));
    }
    assertEquals(lines().map((line) => line.replace(/.*: /, "")), ["pause 1", "pause 11", "pause 21"]);
    assertMatch(lines()[0]!, /^debug reading is paused/);
    subject.forceQuit();
  });
});
