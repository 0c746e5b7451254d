import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type Logger, NonBlockingClient, type NonBlockingOptions, WebSocketError } from "../../mod.ts";
import { closeFrame, concat, frame, opcodes, textFrame } from "../support/frames.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { bounded, transports } from "./setup.ts";

/** A logger of the shape of `console`. */
function recordingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => lines.push(`${level} ${message}`);
  return { lines, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

const levels = (lines: readonly string[]) => lines.map((line) => line.split(" ")[0]);

for (const transport of transports) {
  describe(`log lines, ${transport} transport`, () => {
    const run = async (
      script: (peer: RawPeer) => Promise<void>,
      use: (client: NonBlockingClient) => void = () => {},
      options: NonBlockingOptions = {},
    ) => {
      const { lines, logger } = recordingLogger();
      await using server = await rawServer(script);
      const client = await NonBlockingClient.connect(server.url, { transport, logger, ...options });
      const running = client.run({ onError: () => {} });
      use(client);
      await bounded("the client to end", running);
      return { lines, port: server.port };
    };

    it("tell the life of a connection, each with its number", async () => {
      const { lines, port } = await run(async (peer) => {
        await peer.handshake();
        await peer.readFrame();
        await peer.send(closeFrame(1000));
        await peer.end();
      }, (client) => client.close());
      const number = /websocket (\d+): /.exec(lines[0]!)?.[1];
      assert(lines.every((line) => line.includes(` websocket ${number}: `)), lines.join("\n"));
      const said = lines.map((line) => line.replace(`websocket ${number}: `, ""));
      assertEquals(said.map((line) => line.replace(/[\d.]+ ms/, "N ms")), [
        `debug connecting to 127.0.0.1:${port} over ${transport}`,
        "debug tcp took N ms",
        "debug upgrade took N ms",
        `info connected to 127.0.0.1:${port} over ${transport} in N ms`,
        "debug closing by local: 1000",
        "info closed by local: 1000",
      ]);
    });

    it("a logger that throws does not touch the connection", async () => {
      const thrower = () => {
        throw new Error("the logger's own trouble");
      };
      const logger = { debug: thrower, info: thrower, warn: thrower, error: thrower };
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1000));
        await peer.readFrame();
        await peer.end();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, logger });
      const close = await bounded("the client to end", client.run({}));
      assertEquals([close.code, close.wasClean], [1000, true]);
    });

    it("connections have different numbers", async () => {
      const numbers: string[] = [];
      for (let i = 0; i < 2; i++) {
        const { lines } = await run(async (peer) => {
          await peer.handshake();
          await peer.closed();
        }, (client) => client.forceQuit());
        numbers.push(/websocket (\d+)/.exec(lines[0]!)![1]!);
        assertMatch(lines.at(-1)!, /^info .*forceQuit/);
      }
      assert(numbers[0] !== numbers[1]);
    });

    it("a lost connection warns, a violation is an error", async () => {
      const lost = await run(async (peer) => {
        await peer.handshake();
        await peer.end();
        await peer.closed();
      });
      assertMatch(lost.lines.at(-1)!, /^warn .*lost: 1006/);

      const violated = await run(async (peer) => {
        await peer.handshake({ append: frame({ opcode: 3 }) });
        await peer.readFrame();
        await peer.end();
        await peer.closed();
      });
      assertMatch(violated.lines.at(-1)!, /^error .*ProtocolViolation/);
    });

    it("a failed connect is an error", async () => {
      const { lines, logger } = recordingLogger();
      const server = await rawServer(() => Promise.resolve());
      await server.close();
      await assertRejects(
        () => NonBlockingClient.connect(server.url, { transport, logger }),
        WebSocketError,
      );
      assertMatch(lines.at(-1)!, /^error .*connection refused/);
      assertEquals(levels(lines).filter((level) => level === "error").length, 1);
    });

    it("hold no header values, no payloads, no query", async () => {
      const { lines } = await run(
        async (peer) => {
          await peer.handshake({
            headers: { "Set-Cookie": "SECRET-from-the-server" },
            append: concat(textFrame("SECRET-message"), closeFrame(3000, "SECRET-reason")),
          });
          let { opcode } = await peer.readFrame();
          while (opcode !== opcodes.close) ({ opcode } = await peer.readFrame());
          await peer.end();
        },
        (client) => client.state === "open" && client.sendText("SECRET-sent"),
        { headers: { authorization: "SECRET-token" } },
      );
      assert(lines.length > 3);
      assertEquals(lines.filter((line) => line.includes("SECRET")), []);
    });

    it("hold no header values when the handshake fails", async () => {
      const { lines, logger } = recordingLogger();
      await using server = await rawServer(async (peer) => {
        await peer.readRequest();
        await peer.send(
          "HTTP/1.1 401 No\r\nWWW-Authenticate: SECRET-challenge\r\nContent-Length: 11\r\n\r\nSECRET-body",
        );
        await peer.end();
      });
      const error = await assertRejects(
        () =>
          NonBlockingClient.connect(`${server.url}/?token=SECRET`, {
            transport,
            logger,
            headers: { cookie: "SECRET-cookie" },
          }),
        WebSocketError,
      );
      assertEquals([error.code, error.response?.status], ["HandshakeFailed", 401]);
      assertEquals(error.message.includes("SECRET"), false, error.message);
      assertEquals(lines.filter((line) => line.includes("SECRET")), []);
    });
  });
}
