import { describe, it, test } from "node:test";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { certificates } from "./certificates.ts";
import { closeFrame, concat, hex, opcodes, textFrame } from "./frames.ts";
import { acceptFor, type RawPeer, rawServer, withRawServer } from "./raw_server.ts";

/** A bare TCP client, for what no WebSocket client does. */
async function dial(port: number): Promise<Socket & AsyncDisposable> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  const expiry = setTimeout(() => socket.destroy(new Error("The test client waited too long")), 4000);
  socket.once("close", () => clearTimeout(expiry));
  await once(socket, "connect");
  const dispose = async () => {
    if (socket.closed) return;
    const closed = once(socket, "close");
    socket.destroy();
    await closed;
  };
  return Object.assign(socket, { [Symbol.asyncDispose]: dispose });
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Uint8Array[] = [];
  socket.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  await once(socket, "end");
  return new TextDecoder().decode(concat(...chunks));
}

const request = "GET /a?b HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

test("raw server: the accept value of RFC 6455 §1.3", () => {
  assertEquals(acceptFor("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test("raw server: opens a WebSocket for the runtime's own client", async () => {
  await using server = await rawServer(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("from the server"), { splits: 1 });
    const frame = await peer.readFrame();
    assertEquals([frame.opcode, frame.text], [opcodes.text, "echo: from the server"]);
    const close = await peer.readFrame();
    assertEquals(close.close, { code: 3001, reason: "done" });
    await peer.send(closeFrame(3001));
    await peer.end();
    assertEquals(await peer.closed(), "fin");
  });
  const socket = new WebSocket(server.url);
  socket.onmessage = (event) => {
    socket.send(`echo: ${event.data}`);
    socket.close(3001, "done");
  };
  const code = await new Promise<number>((resolve) => socket.onclose = (event) => resolve(event.code));
  assertEquals(code, 3001);
});

test("raw server: reads the request, and every part of the answer can be set", async () => {
  await using server = await rawServer(async (peer) => {
    const { method, target, version, header } = await peer.handshake({
      statusLine: "HTTP/1.0 200 Fine",
      headers: { connection: null, Upgrade: ["a", "b"], "X-More": "c" },
      append: "tail",
    });
    assertEquals([method, target, version, header("HOST"), header("none")], [
      "GET",
      "/a?b",
      "HTTP/1.1",
      "x",
      undefined,
    ]);
    assertEquals(peer.buffered, 4);
    await peer.end();
    await peer.closed();
  });
  await using socket = await dial(server.port);
  socket.write(request + "more");
  const answer = await readAll(socket);
  socket.end();
  await server.close();
  assertEquals(
    answer,
    "HTTP/1.0 200 Fine\r\nUpgrade: a\r\nUpgrade: b\r\n" +
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-More: c\r\n\r\ntail",
  );
});

describe("raw server: client frames", () => {
  const run = (bytes: Uint8Array, script: (peer: RawPeer) => Promise<void>) =>
    withRawServer(script, async (server) => {
      await using socket = await dial(server.port);
      socket.resume();
      socket.end(bytes);
      await once(socket, "close");
    });

  it("are unmasked, whatever their length", async () => {
    for (const length of [0, 125, 126, 65535, 65536]) {
      const payload = "é".repeat(length >> 1) + "x".repeat(length & 1);
      await run(textFrame(payload, { mask: hex("01 02 03 04") }), async (peer) => {
        const frame = await peer.readFrame();
        assertEquals(frame.payload.length, length);
        assertEquals(frame.text, payload);
        assertEquals(frame.mask, hex("01020304"));
      });
    }
  });

  it("must be masked and have the shortest length", async () => {
    await assertRejects(
      () => run(textFrame("Hello"), async (peer) => void await peer.readFrame()),
      Error,
      "did not mask",
    );
    const tooLong = textFrame("a", { lengthBits: 16, mask: hex("01020304") });
    await assertRejects(
      () => run(tooLong, async (peer) => void await peer.readFrame()),
      Error,
      "length 1 written",
    );
  });
});

describe("raw server: endings", () => {
  it("a wait that takes too long fails the test, and says what it waited for", async () => {
    const server = await rawServer(async (peer) => void await peer.read(3, { limit: 20 }));
    await using socket = await dial(server.port);
    socket.write("ab");
    const error = await assertRejects(() => server.close(), Error);
    assertMatch(error.message, /^Waited 20 ms for 3 bytes; [02] unread bytes are here$/);
  });

  it("a client that has closed cannot be waited for", async () => {
    const server = await rawServer(async (peer) => void await peer.readFrame());
    await using socket = await dial(server.port);
    socket.end();
    await assertRejects(() => server.close(), Error, "The client sent FIN while waiting for a whole frame");
  });

  it("an error of the script is thrown once", async () => {
    await using server = await rawServer(() => Promise.reject(new Error("oops")));
    await using socket = await dial(server.port);
    socket.resume();
    await once(socket, "end");
    await assertRejects(() => server.close(), Error, "oops");
    await server.close();
  });

  it("an error of the script does not hide the test's own", async () => {
    const failing = withRawServer(() => Promise.reject(new Error("oops")), async (server) => {
      await using socket = await dial(server.port);
      socket.resume();
      await once(socket, "end");
      throw new Error("of the test");
    });
    const error = await assertRejects(() => failing, AggregateError);
    assertMatch(error.message, /of the test[^]*script failed too: [^]*oops/);
  });

  it("FIN and RST of the client are told apart", async () => {
    const endings = {
      fin: (socket: Socket) => socket.end(),
      reset: (socket: Socket) => socket.resetAndDestroy(),
    };
    for (const [name, end] of Object.entries(endings)) {
      await withRawServer(async (peer) => {
        await peer.read(1);
        await peer.send("go");
        assertEquals(await peer.closed(), name);
      }, async (server) => {
        await using socket = await dial(server.port);
        socket.write("x");
        await once(socket, "data");
        end(socket);
        await server.close();
      });
    }
  });

  it("reset sends RST", async () => {
    await using server = await rawServer(async (peer) => {
      await peer.read(1);
      peer.reset();
    });
    await using socket = await dial(server.port);
    const failed = new Promise<Error>((resolve) => socket.on("error", resolve));
    socket.resume();
    socket.write("x");
    assertStringIncludes(String((await failed as Error & { code: string }).code), "ECONNRESET");
  });

  it("end leaves the client's side open", async () => {
    let received = "";
    await using server = await rawServer(async (peer) => {
      await peer.end();
      received = new TextDecoder().decode(await peer.read(5));
    });
    await using socket = await dial(server.port);
    socket.resume();
    await once(socket, "end");
    socket.end("later");
    await server.close();
    assertEquals(received, "later");
  });

  it("a paused peer takes only what the system buffers", async () => {
    const size = 64 << 20;
    const resumed = Promise.withResolvers<void>();
    await using server = await rawServer(async (peer) => {
      peer.pause();
      await peer.send("paused");
      await resumed.promise;
      assert(peer.buffered < 1 << 20);
      peer.resume();
      await peer.read(size);
    });
    await using socket = await dial(server.port);
    await once(socket, "data");
    socket.write(new Uint8Array(size));
    // The kernel takes some megabytes; once nothing more moves, the backlog says that the peer is not reading.
    let last = -1;
    for (let still = 0; still < 50; last = socket.bytesWritten - socket.writableLength) {
      still = socket.bytesWritten - socket.writableLength === last ? still + 1 : 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert(socket.writableLength > 0);
    resumed.resolve();
    await server.close();
  });
});

describe("raw server: over TLS", () => {
  const withTls = async (
    script: (peer: RawPeer) => Promise<void>,
    client: (socket: TLSSocket) => Promise<void>,
  ) => {
    const { ca, server: { cert, key } } = await certificates();
    await withRawServer(script, async (server) => {
      assertEquals(server.url, `wss://localhost:${server.port}`);
      const socket = connectTls({ port: server.port, host: "127.0.0.1", servername: "localhost", ca });
      const closed = new Promise((resolve) => socket.on("close", resolve));
      socket.on("error", () => {});
      await once(socket, "secureConnect");
      await client(socket);
      socket.destroy();
      await closed;
    }, { tls: { cert, key }, name: "localhost" });
  };

  it("a handshake, and FIN of the client", async () => {
    await withTls(async (peer) => {
      await peer.handshake({ append: "tail" });
      assertEquals(await peer.closed(), "fin");
    }, async (socket) => {
      socket.write(request);
      const [answer] = await once(socket, "data") as [Uint8Array];
      assertMatch(new TextDecoder().decode(answer), /^HTTP\/1.1 101 [^]*\r\n\r\n(tail)?$/);
      socket.end();
      await once(socket, "end");
    });
  });

  it("end reaches the client as an orderly end", async () => {
    await withTls((peer) => peer.end(), async (socket) => {
      socket.resume();
      await once(socket, "end");
    });
  });

  it("reset sends RST, but for Deno", async () => {
    await withTls(async (peer) => {
      await peer.read(1);
      peer.reset();
    }, async (socket) => {
      const ended = new Promise((resolve) => {
        socket.on("error", resolve);
        socket.on("close", () => resolve("closed without an error"));
      });
      socket.resume();
      socket.write("x");
      const how = await ended as { code?: string } | string;
      const expected = "Deno" in globalThis ? "closed without an error" : "ECONNRESET";
      assertEquals(typeof how === "string" ? how : how.code, expected);
    });
  });

  it("a client that never finishes the TLS handshake is let go", async () => {
    const { server: { cert, key } } = await certificates();
    const server = await rawServer(() => Promise.resolve(), { tls: { cert, key } });
    await using socket = await dial(server.port);
    socket.resume();
    const closed = once(socket, "close");
    await server.close();
    socket.end();
    await closed;
    assertEquals(server.connections, 0);
  });
});
