import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { test } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import type { ConnectPhase, SocketOptions, Transport } from "../../src/transport/transport.ts";
import { certificates } from "../support/certificates.ts";
import { turns } from "./changes.ts";
import { connect, connected, type ConnectOptions, trust } from "./connected.ts";
import { Listener, unusedPort } from "./peer.ts";
import { RecordingSink } from "./recording_sink.ts";
import { FullListener } from "./syscall/full_listener.ts";

/** A value for each socket option there is. */
const socketOptions: Required<SocketOptions> = {
  noDelay: false,
  ttl: 64,
  tcpKeepAlive: 60_000,
  quickAck: true,
  busyPoll: 50,
  receiveBufferSize: 65_536,
  sendBufferSize: 65_536,
  typeOfService: 0x10,
  localAddress: "127.0.0.1",
};

/** How a transport has to connect. */
export function connectContract(transport: Transport): void {
  const { name } = transport;

  /** Connects, and hangs up. */
  const reach = async (options: ConnectOptions): Promise<ConnectPhase[]> => {
    const phases: ConnectPhase[] = [];
    const stream = await connect(transport, { ...options, onPhase: (phase) => phases.push(phase) });
    const sink = new RecordingSink();
    stream.attach(sink);
    stream.destroy();
    await sink.told("close");
    return phases;
  };

  test(`${name}: the phases are look-up (of a name), TCP and TLS`, async () => {
    const { server } = await certificates();
    await using plain = await Listener.open();
    await using secure = await Listener.open({ tls: { ...server } });
    const tls = await trust();
    assertEquals(await reach({ port: plain.port }), ["tcp"]);
    assertEquals(await reach({ port: plain.port, host: "localhost" }), ["lookup", "tcp"]);
    assertEquals(await reach({ port: secure.port, tls }), ["tcp", "tls"]);
    assertEquals(await reach({ port: secure.port, tls, host: "localhost" }), ["lookup", "tcp", "tls"]);
  });

  for (const host of ["127.0.0.1", "::1"]) {
    test(`${name}: localhost is found where only ${host} listens`, async () => {
      await using listener = await Listener.open({ host });
      await reach({ port: listener.port, host: "localhost" });
      const peer = await listener.peer();
      await peer.changes.until(() => peer.ended || peer.closed, "the end at the peer");
    });
  }

  for (const [host, shown] of [["127.0.0.1", "127.0.0.1"], ["::1", "[::1]"], ["localhost", "localhost"]]) {
    test(`${name}: nobody listens at ${shown}: ConnectionFailed`, async () => {
      const port = await unusedPort();
      const error = await assertRejects(() => reach({ port, host }), WebSocketError);
      assertEquals(error.message, `Cannot connect to ${shown}:${port}: connection refused`);
      assertEquals(error.code, "ConnectionFailed");
      assert(error.cause instanceof Error);
    });
  }

  test(`${name}: nobody listens, over TLS: ConnectionFailed`, async () => {
    const port = await unusedPort();
    const error = await assertRejects(() => reach({ port, tls: {} }), WebSocketError);
    assertEquals(error.message, `Cannot connect to 127.0.0.1:${port}: connection refused`);
    assertEquals(error.code, "ConnectionFailed");
  });

  test(`${name}: a name without an address: ConnectionFailed`, async () => {
    // A label may have 63 characters (RFC 1035 §2.3.4), so no name server is asked.
    const host = `${"a".repeat(64)}.invalid`;
    const error = await assertRejects(() => reach({ port: 1, host }), WebSocketError);
    assertEquals(error.message, `Cannot look up ${host}: no such name`);
    assertEquals(error.code, "ConnectionFailed");
  });

  test(`${name}: a signal that has aborted opens nothing`, async () => {
    await using listener = await Listener.open();
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const phases: string[] = [];
    const error = await assertRejects(() =>
      connect(transport, { port: listener.port, signal, onPhase: (phase) => phases.push(phase) })
    );
    assertStrictEquals(error, reason);
    await turns();
    assertEquals([phases, listener.peers], [[], []]);
  });

  for (const phase of ["lookup", "tcp"] as const) {
    test(`${name}: aborting in phase ${phase} rejects with the reason and leaves nothing open`, async () => {
      await using listener = await Listener.open();
      const controller = new AbortController();
      const reason = new Error("enough");
      const onPhase = (entered: ConnectPhase) => {
        if (entered === phase) queueMicrotask(() => controller.abort(reason));
      };
      const { signal } = controller;
      const error = await assertRejects(() =>
        connect(transport, { port: listener.port, host: "localhost", signal, onPhase })
      );
      assertStrictEquals(error, reason);
      await turns();
      // It may have got through before: then it has to be closed.
      for (const peer of listener.peers) {
        await peer.changes.until(() => peer.ended || peer.closed, "the end at the peer");
      }
    });
  }

  test(
    `${name}: aborting as phase tcp begins, where nobody answers, rejects at once`,
    { timeout: 5000 },
    async () => {
      const listener = new FullListener();
      try {
        const controller = new AbortController();
        const reason = new Error("enough");
        const { port } = listener;
        const onPhase = (): void => controller.abort(reason);
        const error = await assertRejects(() =>
          connect(transport, { port, signal: controller.signal, onPhase })
        );
        assertStrictEquals(error, reason);
      } finally {
        listener.close();
      }
    },
  );

  test(
    `${name}: aborting as phase tls begins, where nobody answers, rejects at once`,
    { timeout: 5000 },
    async () => {
      await using listener = await Listener.open();
      const controller = new AbortController();
      const reason = new Error("enough");
      const onPhase = (phase: ConnectPhase): void => {
        if (phase === "tls") controller.abort(reason);
      };
      const error = await assertRejects(() =>
        connect(transport, { port: listener.port, tls: {}, signal: controller.signal, onPhase })
      );
      assertStrictEquals(error, reason);
      const peer = await listener.peer();
      // As below.
      if (name === "deno") peer.socket.end();
      await peer.changes.until(() => peer.ended || peer.closed, "the end at the peer");
    },
  );

  test(`${name}: aborting in phase tls rejects with the reason and closes the connection`, async () => {
    await using listener = await Listener.open();
    const controller = new AbortController();
    const reason = new Error("enough");
    const rejected = assertRejects(() =>
      connect(transport, { port: listener.port, tls: {}, signal: controller.signal })
    );
    const peer = await listener.peer();
    await peer.received(1);
    controller.abort(reason);
    assertStrictEquals(await rejected, reason);
    // A `Deno.TlsConn` that is closed in its handshake lets go of TCP when the peer does something.
    if (name === "deno") peer.socket.end();
    await peer.changes.until(() => peer.ended || peer.closed, "the end at the peer");
  });

  test(`${name}: aborting after connecting does nothing`, async () => {
    await using listener = await Listener.open();
    const controller = new AbortController();
    const stream = await connect(transport, { port: listener.port, signal: controller.signal });
    const sink = new RecordingSink();
    stream.attach(sink);
    stream.resume();
    controller.abort();
    const peer = await listener.peer();
    await peer.send("hello");
    await sink.received(5);
    assertEquals(sink.log, ["data"]);
    stream.destroy();
    await sink.told("close");
  });

  for (const option of Object.keys(socketOptions) as (keyof SocketOptions)[]) {
    if (transport.unsupported.includes(option)) continue;
    for (const layer of ["TCP", "TLS"] as const) {
      test(`${name} ${layer}: socket option ${option} does not stand in the way`, async () => {
        const socket = { [option]: socketOptions[option] };
        await using it = await connected(transport, { layer, socket });
        it.stream.resume();
        await it.peer.send("hello");
        await it.sink.received(5);
      });
    }
  }

  test(`${name}: noDelay null and tcpKeepAlive true or false are taken`, async () => {
    for (const socket of [{ noDelay: null }, { tcpKeepAlive: true }, { tcpKeepAlive: false }]) {
      await using it = await connected(transport, { socket });
      it.stream.resume();
      await it.peer.send("hello");
      await it.sink.received(5);
    }
  });

  test(`${name}: the socket is the runtime's own`, async () => {
    await using it = await connected(transport);
    assert(typeof it.stream.socket === "object" && it.stream.socket !== null);
  });
}
