import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type ReconnectOptions, WebSocketError } from "../../mod.ts";
import { reconnectNonBlocking } from "../../src/client/reconnect.ts";
import { bounded, transports } from "../client/setup.ts";
import { certificates } from "../support/certificates.ts";
import { closeFrame, hex, textFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { FastTime } from "./fast_time.ts";
import { drain, inTurn, type Script, unavailable, waitsForClose } from "./servers.ts";

for (const transport of transports) {
  describe(`a reconnecting loop, ${transport} transport`, () => {
    const loopOf = (urls: string | readonly string[], options: ReconnectOptions = {}) => {
      const time = new FastTime();
      const all = { transport, initialDelay: 1_000, ...options };
      const loop = reconnectNonBlocking(urls, all, { surroundings: time.surroundings, clock: time });
      return { time, loop };
    };

    it("run resolves though there is no onError, and calls the one there is", async () => {
      const violates: Script = async (peer) => {
        await peer.handshake();
        await peer.send(hex("83 00"));
        assertEquals((await peer.readFrame()).close?.code, 1002);
        await peer.end();
      };
      await using server = await rawServer(violates);
      const { loop, time } = loopOf(server.url);
      const errors: string[] = [];
      for await (const client of loop) {
        const { error } = await bounded(
          "the client",
          client.run(
            errors.length === 0 ? {} : { onError: (_client, error) => void errors.push(error.code) },
          ),
        );
        errors.push(`${error?.code}`);
        if (errors.length > 2) break;
      }
      assertEquals(errors, ["ProtocolViolation", "ProtocolViolation", "ProtocolViolation"]);
      assertEquals(time.delays, [500]);
    });

    it("a peer that does not answer the Close of a client does not keep the loop from its end", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const { loop } = loopOf(server.url, { closeTimeout: 20 });
      let clients = 0;
      for await (const client of loop) {
        clients++;
        const { error } = await bounded("the client", client.run({ onActivated: () => client.close() }));
        assertEquals([error?.code, error?.phase], ["Timeout", "close"]);
      }
      assertEquals(clients, 1);
    });

    it("a peer that violates the protocol after the client's Close neither", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.readFrame();
        await peer.send(hex("83 00"));
        await peer.closed();
      });
      const { loop } = loopOf(server.url);
      let clients = 0;
      for await (const client of loop) {
        clients++;
        const { error } = await bounded("the client", client.run({ onActivated: () => client.close() }));
        assertEquals(error?.code, "ProtocolViolation");
      }
      assertEquals(clients, 1);
    });

    it("close after the connection has ended is no wish to end the loop", async () => {
      await using server = await rawServer(inTurn(async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1001));
        await peer.readFrame();
        await peer.end();
      }, waitsForClose));
      const { loop } = loopOf(server.url);
      const codes: number[] = [];
      for await (const client of loop) {
        await using _disposedTwice = client;
        const { code } = await bounded(
          "the client",
          client.run({ onActivated: () => codes.length > 0 && client.close() }),
        );
        codes.push(code);
        client.close();
        client.forceQuit();
      }
      assertEquals(codes, [1001, 1000]);
    });

    it("a callback that throws ends the loop, or whoever catches it goes on", async () => {
      const mine = new RangeError("mine");
      const handler = {
        onActivated() {
          throw mine;
        },
      };
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const first = loopOf(server.url).loop;
      const rejected = await assertRejects(async () => {
        for await (const client of first) await client.run(handler);
      });
      assertStrictEquals(rejected, mine);
      assertEquals(first.state, "ended");

      const { loop } = loopOf(server.url);
      let caught = 0;
      for await (const client of loop) {
        await client.run(handler).catch(() => caught++);
        if (caught === 2) break;
      }
      assertEquals(caught, 2);
    });

    it("a body that goes on while its client runs lets it be closed, and what was on its way be delivered", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        const { close } = await peer.readFrame();
        await peer.send(textFrame("late"));
        await peer.send(closeFrame(close?.code));
        await peer.end();
      });
      const { loop } = loopOf(server.url);
      const texts: string[] = [];
      const ends: Promise<unknown>[] = [];
      for await (const client of loop) {
        if (ends.length === 2) break;
        ends.push(client.run({ onTextMessage: (_client, { text }) => void texts.push(text) }));
      }
      assertEquals(texts, ["late", "late"]);
      assertEquals((await Promise.all(ends)).length, 2);
    });

    it("tries several URLs, and comes back to the first", async () => {
      const closes: Script = async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1012));
        await peer.readFrame();
        await peer.end();
      };
      await using first = await rawServer(inTurn(unavailable, waitsForClose));
      await using second = await rawServer(closes);
      const { loop, time } = loopOf([first.url, second.url]);
      const urls: string[] = [];
      for await (const client of loop) {
        urls.push(client.url);
        assertEquals(client.url, loop.url);
        await bounded("the client", client.run({ onActivated: () => urls.length === 2 && client.close() }));
      }
      assertEquals(urls, [`${second.url}/`, `${first.url}/`]);
      assertEquals(time.delays, [500]);
    });

    it("headers are read anew for each attempt", async () => {
      const tokens: (string | undefined)[] = [];
      await using server = await rawServer(async (peer) => {
        tokens.push((await peer.handshake()).header("authorization"));
        await peer.send(closeFrame(1008));
        await peer.readFrame();
        await peer.end();
      });
      const headers = new Headers({ authorization: "1" });
      const { loop } = loopOf(server.url, { headers });
      for await (const client of loop) {
        await bounded("the client", client.run({}));
        if (tokens.length === 2) break;
        headers.set("authorization", "2");
      }
      assertEquals(tokens, ["1", "2"]);
    });

    it("a certificate that does not hold is final; TLS that is broken off is not", async () => {
      const { ca, server: identity, wrongHost } = await certificates();
      await using wrong = await rawServer(() => Promise.resolve(), { tls: wrongHost });
      const options = { tls: { caCerts: ca }, maxAttempts: 3 };
      const { loop, time } = loopOf(wrong.url, options);
      const error = await assertRejects(
        () => bounded("the loop", drain(loop)),
        WebSocketError,
        "another host",
      );
      assertEquals([error.code, time.delays], ["TlsFailed", []]);

      // Breaks off in the middle of TLS, then serves it.
      await using plain = await rawServer(async (peer) => {
        await peer.read(1);
        peer.reset();
      });
      const broken = loopOf(plain.url.replace("ws:", "wss:"), options);
      const last = await assertRejects(() => bounded("the loop", drain(broken.loop)), WebSocketError);
      assertEquals([last.code, broken.loop.attempt], ["TlsFailed", 3]);
      await using right = await rawServer(waitsForClose, { tls: identity });
      for await (const client of loopOf(right.url, options).loop) client.close();
    });
  });
}
