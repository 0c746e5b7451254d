import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  AsyncClient,
  IoThread,
  reconnect,
  type ReconnectOptions,
  reconnectSync,
  WebSocketError,
} from "../../mod.ts";
import { bounded } from "../client/setup.ts";
import { closeFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { drain, inTurn, nowhere, waitsForClose } from "./servers.ts";

describe("reconnect and reconnectSync", () => {
  const bad: Record<string, [object, string]> = {
    initialDelay: [
      { initialDelay: 0 },
      "options: initialDelay is 0, allowed: a number of milliseconds above 0",
    ],
    maxDelay: [{ maxDelay: "1s" }, 'options: maxDelay is "1s"'],
    "maxDelay below initialDelay": [
      { initialDelay: 100, maxDelay: 99 },
      "options: maxDelay is 99, allowed: at least initialDelay, 100",
    ],
    stableAfter: [{ stableAfter: NaN }, "options: stableAfter is NaN"],
    maxAttempts: [{ maxAttempts: 0.5 }, "options: maxAttempts is 0.5, allowed: an integer from 1"],
    maxElapsed: [{ maxElapsed: -1 }, "options: maxElapsed is -1"],
    maxRetryAfter: [{ maxRetryAfter: Infinity }, "options: maxRetryAfter is Infinity"],
    shouldReconnect: [{ shouldReconnect: true }, "options: shouldReconnect is true, allowed: a function"],
    "an option of a client": [{ handshakeTimeout: 0 }, "options: handshakeTimeout is 0"],
    "an unknown option": [{ retries: 3 }, "options: retries is not an option"],
    "no options": [null as unknown as object, "options"],
  };
  for (const [name, [options, message]] of Object.entries(bad)) {
    it(`refuse ${name}`, () => {
      for (const style of [{}, { client: AsyncClient }]) {
        const all = options && { ...style, ...options };
        const error = assertThrows(
          () => reconnect(nowhere, all as ReconnectOptions),
          WebSocketError,
          message,
        );
        assertEquals(error.code, "InvalidConfiguration");
      }
      assertThrows(() => reconnectSync(nowhere, options), WebSocketError, message);
    });
  }

  it("refuse URLs that are none, and none at all", () => {
    for (const start of [reconnect, reconnectSync]) {
      for (const urls of ["nonsense", [nowhere, "ftp://example.com"], undefined as unknown as string]) {
        assertEquals(assertThrows(() => start(urls), WebSocketError).code, "InvalidUrl");
      }
      assertThrows(() => start([]), WebSocketError, "reconnect: the list of URLs is empty");
    }
  });

  it("refuse a client of another style", () => {
    const message = "options: client is a function, allowed: NonBlockingClient or AsyncClient";
    const options = { client: class {} } as unknown as ReconnectOptions;
    assertThrows(() => reconnect(nowhere, options), WebSocketError, message);
    assertThrows(() => reconnectSync(nowhere, { client: AsyncClient } as object), WebSocketError, "client");
    const timestamps = { receiveTimestamps: true };
    assertThrows(() => reconnect(nowhere, timestamps), WebSocketError, "receiveTimestamps");
    assertThrows(() => reconnectSync(nowhere, timestamps), WebSocketError, "receiveTimestamps");
  });

  it("what only a transport can refuse is thrown by the loop", async () => {
    const error = await assertRejects(
      () => drain(reconnect(nowhere, { ttl: 1, transport: "node" })),
      WebSocketError,
      "ttl",
    );
    assertEquals(error.code, "InvalidConfiguration");
  });

  it("wait for real", async () => {
    const options = { initialDelay: 2, maxDelay: 4, maxAttempts: 4 };
    await assertRejects(
      () => bounded("the loop", drain(reconnect(nowhere, options))),
      WebSocketError,
      "refused",
    );
    const blocking = reconnectSync(nowhere, { ...options, maxAttempts: 3 });
    assertThrows(() => [...blocking], WebSocketError, "refused");
    assertEquals(blocking.attempt, 3);
  });

  it("a thread that was closed ends the loop, and is a final failure of the next one", async () => {
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      await peer.closed();
    });
    const thread = new IoThread();
    let clients = 0;
    for await (const client of reconnect(server.url, { client: AsyncClient, thread })) {
      clients++;
      client.run();
      await thread.close();
    }
    await assertRejects(
      async () => {
        for await (const _client of reconnect(server.url, { client: AsyncClient, thread })) clients++;
      },
      WebSocketError,
      "The I/O thread ended",
    );
    assertEquals(clients, 1);
  });

  it("a thread of the program's own is kept for the next client", async () => {
    await using server = await rawServer(inTurn(async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(1012));
      await peer.readFrame();
      await peer.end();
    }, waitsForClose));
    await using thread = new IoThread();
    const codes: number[] = [];
    for await (const client of reconnect(server.url, { client: AsyncClient, thread, initialDelay: 2 })) {
      const running = client.run();
      if (codes.length > 0) await client.control.close();
      codes.push((await bounded("the client", running.join())).code);
    }
    assertEquals(codes, [1012, 1000]);
  });
});
