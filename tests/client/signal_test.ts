import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  BlockingClient,
  NonBlockingClient,
  type TimeoutPhase,
  type Transport,
  WebSocketError,
} from "../../mod.ts";
import { closeFrame, opcodes, textFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { recorder } from "./recorder.ts";
import { bounded, canDropDuringTls, transports, turn, until } from "./setup.ts";

/** A signal that counts its listeners. */
function countingController(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener, removeEventListener } = AbortSignal.prototype;
  const known = new Set<unknown>();
  Object.assign(signal, {
    addEventListener: (type: string, listener: EventListener, options: AddEventListenerOptions) => {
      known.add(listener);
      listeners = known.size;
      addEventListener.call(signal, type, listener, options);
    },
    removeEventListener: (type: string, listener: EventListener) => {
      known.delete(listener);
      listeners = known.size;
      removeEventListener.call(signal, type, listener);
    },
  });
  return { controller, listeners: () => listeners };
}

async function assertAborted(promise: Promise<unknown>, reason: unknown): Promise<void> {
  const error = await assertRejects(() => bounded("the end", promise), WebSocketError);
  assertEquals(error.code, "Aborted");
  assertStrictEquals(error.cause, reason);
}

for (const transport of transports) {
  describe(`signal, ${transport} transport`, () => {
    it("aborted before connect: nothing is opened", async () => {
      await using server = await rawServer(() => Promise.resolve());
      const reason = new Error("changed my mind");
      await assertAborted(
        NonBlockingClient.connect(server.url, { transport, signal: AbortSignal.abort(reason) }),
        reason,
      );
      for (let i = 0; i < 5; i++) await turn();
      assertEquals(server.connections, 0);
    });

    it("aborted while the server has not answered: the socket is dropped", async () => {
      const { controller, listeners } = countingController();
      await using server = await rawServer(async (peer) => {
        await peer.readRequest();
        controller.abort("a reason");
        await peer.closed();
      });
      await assertAborted(
        NonBlockingClient.connect(server.url, { transport, signal: controller.signal }),
        "a reason",
      );
      assertEquals(listeners(), 0);
      await server.close();
    });

    it("aborted during the TLS handshake: the socket is dropped", async () => {
      const { controller, listeners } = countingController();
      await using server = await rawServer(async (peer) => {
        await peer.read(1);
        controller.abort("a reason");
        if (canDropDuringTls(transport)) await peer.closed();
      });
      await assertAborted(
        NonBlockingClient.connect(server.url.replace("ws:", "wss:"), {
          transport,
          signal: controller.signal,
        }),
        "a reason",
      );
      assertEquals(listeners(), 0);
      await server.close();
    });

    it("aborted at once: whatever phase that is", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.closed();
      });
      for (const url of [server.url, server.url.replace("127.0.0.1", "localhost")]) {
        const controller = new AbortController();
        const connecting = NonBlockingClient.connect(url, { transport, signal: controller.signal });
        controller.abort("a reason");
        await assertAborted(connecting, "a reason");
      }
    });

    it("aborted while connected: Close 1001 on a best effort, then onError and onQuit", async () => {
      const { controller, listeners } = countingController();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        const frame = await peer.readFrame();
        assertEquals([frame.opcode, frame.close?.code], [opcodes.close, 1001]);
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, signal: controller.signal });
      const record = recorder();
      const running = client.run(record.handler);
      await turn();
      controller.abort("enough");
      const close = await bounded("the client to end", running);
      assertEquals(record.messages, ["activated", "error Aborted", "quit"]);
      assertEquals([close.code, close.initiator, close.error?.cause], [1006, "local", "enough"]);
      assertEquals(listeners(), 0);
      await server.close();
    });

    it("aborted by who is told that it is open: run() tells", async () => {
      const controller = new AbortController();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const quiet = (): void => {};
      const info = (line: string): void => {
        if (line.includes("connected")) controller.abort("enough");
      };
      const logger = { debug: quiet, info, warn: quiet, error: quiet };
      const { signal } = controller;
      const client = await NonBlockingClient.connect(server.url, { transport, signal, logger });
      assertEquals([signal.aborted, client.state], [true, "closed"]);
      const record = recorder({ onError: undefined });
      await assertAborted(client.run(record.handler), "enough");
      assertEquals(record.messages, ["activated", "quit"]);
      await server.close();
    });

    it("aborted before run(): run() tells", async () => {
      const controller = new AbortController();
      await using server = await rawServer(async (peer) => {
        await peer.handshake({ append: textFrame("never delivered") });
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, signal: controller.signal });
      controller.abort("enough");
      await until("the client to close", () => client.state === "closed");
      const record = recorder({ onError: undefined });
      await assertAborted(client.run(record.handler), "enough");
      assertEquals(record.messages, ["activated", "quit"]);
    });

    it("aborted in a callback: nothing more is delivered", async () => {
      const controller = new AbortController();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(textFrame("one"));
        await peer.send(textFrame("two"));
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, signal: controller.signal });
      const record = recorder({ onTextMessage: () => controller.abort() });
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "text one", "error Aborted", "quit"]);
    });

    it("a signal that outlives the connection holds no listener, and does nothing any more", async () => {
      const { controller, listeners } = countingController();
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(closeFrame(1000));
        await peer.readFrame();
        await peer.end();
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, signal: controller.signal });
      const record = recorder();
      await bounded("the client to end", client.run(record.handler));
      assertEquals(listeners(), 0);
      controller.abort();
      await turn();
      assertEquals(record.messages, ["activated", "closed 1000 clean remote", "quit"]);
    });

    it("a refused connection leaves no listener behind", async () => {
      const { controller, listeners } = countingController();
      const server = await rawServer(() => Promise.resolve());
      await server.close();
      const error = await assertRejects(
        () => NonBlockingClient.connect(server.url, { transport, signal: controller.signal }),
        WebSocketError,
      );
      assertEquals([error.code, listeners()], ["ConnectionFailed", 0]);
    });
  });
}

/** A transport that stays in one phase until it is told to give up. */
function stuckIn(stuck: TimeoutPhase): Transport {
  return {
    name: "stuck",
    unsupported: [],
    connect: ({ tls }, { signal, enterPhase }) => {
      for (const phase of ["lookup", "tcp", "tls"] as const) {
        if (phase === "tls" && tls === undefined) continue;
        enterPhase(phase);
        if (phase === stuck) break;
      }
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    },
  };
}

for (const phase of ["lookup", "tcp", "tls"] as const) {
  it(`aborted in the phase ${phase}`, async () => {
    const controller = new AbortController();
    const connecting = NonBlockingClient.connect("wss://stuck.example", {
      transport: stuckIn(phase),
      signal: controller.signal,
    });
    await turn();
    controller.abort("a reason");
    await assertAborted(connecting, "a reason");
  });

  it(`handshakeTimeout in the phase ${phase}`, async () => {
    const error = await assertRejects(
      () =>
        bounded(
          "connect",
          NonBlockingClient.connect("wss://stuck.example", {
            transport: stuckIn(phase),
            handshakeTimeout: 10,
          }),
        ),
      WebSocketError,
      `handshakeTimeout, 10 ms`,
    );
    assertEquals([error.code, error.phase], ["Timeout", phase]);
  });
}

describe("signal, while this thread waits", () => {
  it("aborted before connect: nothing is opened", async () => {
    await using server = await rawServer(() => Promise.resolve());
    const reason = new Error("changed my mind");
    const options = { transport: "syscall", signal: AbortSignal.abort(reason) } as const;
    for (const connect of [NonBlockingClient.connectSync, BlockingClient.connect]) {
      const error = assertThrows(() => connect(server.url, options), WebSocketError);
      assertEquals([error.code, error.cause], ["Aborted", reason]);
    }
    for (let i = 0; i < 5; i++) await turn();
    assertEquals(server.connections, 0);
  });
});
