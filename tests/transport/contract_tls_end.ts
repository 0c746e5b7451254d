import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { test } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { detectRuntime } from "../../src/transport/detect.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { certificates } from "../support/certificates.ts";
import { turns } from "./changes.ts";
import { connect, inStore, trust } from "./connected.ts";
import { Listener } from "./peer.ts";
import { RecordingSink } from "./recording_sink.ts";
import { Relayed } from "./relay.ts";

/** How TLS has to end over TCP, and how a transport takes it when it ends otherwise. */
export function tlsEndContract(transport: Transport): void {
  const { name } = transport;
  // `node:tls` in Deno takes RST for FIN. The Deno transport goes through it for authorities of one's own.
  const viaNodeInDeno = detectRuntime() === "deno" && (name === "node" || !inStore);

  test(`${name}: shutdown() sends close_notify before FIN (RFC 8446 §6.1)`, async () => {
    await using it = await Relayed.open(transport);
    it.stream.resume();
    await it.tls.send("hello");
    await it.sink.received(5);
    const before = it.tcp.length;
    it.stream.shutdown();
    await it.tcp.changes.until(() => it.tcp.ended, "FIN of the client");
    // A record of its own: 5 bytes of header, and the encrypted alert.
    assert(it.tcp.length - before > 5, "FIN came without an alert");
    await it.tls.changes.until(() => it.tls.ended, "close_notify at the peer");
  });

  test(`${name}: FIN without close_notify is the end as well`, async () => {
    await using it = await Relayed.open(transport);
    it.stream.resume();
    await it.tls.send("hello");
    await it.sink.received(5);
    it.tcp.socket.end();
    await it.sink.changes.until(() => it.sink.log.length > 1, "an end");
    it.stream.shutdown();
    await it.sink.told("close");
    assertEquals([it.sink.log, it.sink.error], [["data", "end", "close"], undefined]);
  });

  test(`${name}: RST below TLS is told once, with an error`, async () => {
    await using it = await Relayed.open(transport);
    it.stream.resume();
    await it.tls.send("hello");
    await it.sink.received(5);
    it.tcp.socket.resetAndDestroy();
    if (viaNodeInDeno) {
      await it.sink.told("end");
      it.stream.shutdown();
    }
    await it.sink.told("close");
    await turns();
    assertEquals(it.sink.log, viaNodeInDeno ? ["data", "end", "close"] : ["data", "close"]);
    if (!viaNodeInDeno) assertInstanceOf(it.sink.error, Error);
  });

  test(`${name}: bytes that are no TLS record end the stream with an error`, async () => {
    await using it = await Relayed.open(transport);
    it.stream.resume();
    await it.tls.send("hello");
    await it.sink.received(5);
    await it.tcp.send("this is no TLS record, whatever it is");
    await it.sink.told("close");
    assertEquals(it.sink.log.filter((event) => event !== "end"), ["data", "close"]);
    assertInstanceOf(it.sink.error, Error);
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    test(`${name}: a client without the certificate that the peer asks for, ${version}`, async () => {
      const { server, clientCa } = await certificates();
      const strict = { ...server, ca: clientCa, requestCert: true, rejectUnauthorized: true };
      await using listener = await Listener.open({
        tls: { ...strict, maxVersion: version, minVersion: version },
      });
      // In TLS 1.3 the client is done before the peer has seen its (missing) certificate.
      const sink = new RecordingSink();
      let error: unknown;
      try {
        const stream = await connect(transport, { port: listener.port, tls: await trust() });
        stream.attach(sink);
        stream.resume();
        await sink.changes.until(() => sink.closed || sink.log.includes("end"), "the peer's refusal");
        stream.destroy();
        await sink.told("close");
      } catch (caught) {
        error = caught;
      }
      assertEquals(sink.length, 0);
      if (error === undefined) return;
      assertInstanceOf(error, WebSocketError);
      assertEquals(error.code, "TlsFailed");
    });

    test(`${name}: there and back, and both ends, over ${version}`, async () => {
      const { server } = await certificates();
      await using listener = await Listener.open({
        tls: { ...server, maxVersion: version, minVersion: version },
      });
      const stream = await connect(transport, { port: listener.port, tls: await trust() });
      const sink = new RecordingSink();
      stream.attach(sink);
      stream.resume();
      const peer = await listener.peer();
      peer.receive = (bytes) => void peer.send(bytes);
      stream.write(new TextEncoder().encode("hello"), 0, 5);
      await sink.received(5);
      stream.shutdown();
      await peer.changes.until(() => peer.ended, "FIN at the peer");
      peer.socket.end();
      await sink.told("close");
      assertEquals([sink.text, sink.log.filter((event) => event !== "writable"), sink.error], [
        "hello",
        ["data", "end", "close"],
        undefined,
      ]);
    });
  }
}
