import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { closeFrame } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { recorder } from "../client/recorder.ts";
import { bounded, transports } from "../client/setup.ts";
import { connection } from "../driver/connection.ts";

describe("a connection that ends between connect and run tells why, though a send in onActivated comes too late", () => {
  it("lost", async () => {
    const { subject } = connection();
    subject.onClose(Object.assign(new Error("injected"), { code: "ECONNRESET" }));
    const events: string[] = [];
    const close = await subject.run({
      onActivated: () => void subject.sending.text("hello"),
      onConnectionClosed: (_, { code }) => void events.push(`closed ${code}`),
      onQuit: () => void events.push("quit"),
    }, undefined);
    assertEquals(events, ["closed 1006", "quit"]);
    assertEquals([close.error?.code, (close.error?.cause as Error).message], ["Io", "injected"]);
  });

  it("timed out", async () => {
    const { subject, stream } = connection();
    const error = new WebSocketError("Timeout", "too long", { phase: "keepAlive" });
    subject.giveUp(error);
    assertEquals(stream.calls, ["destroy"]);
    const running = subject.run({ onActivated: () => void subject.sending.text("hello") }, undefined);
    assertStrictEquals(await assertRejects(() => running), error);
  });

  it("what else onActivated throws is thrown", async () => {
    const { subject } = connection();
    subject.onClose();
    const mine = new RangeError("mine");
    const running = subject.run({
      onActivated: () => {
        throw mine;
      },
    }, undefined);
    assertStrictEquals(await assertRejects(() => running), mine);
  });

  it("on a connection that is there, sending after forceQuit is a mistake like any other", async () => {
    const { subject } = connection();
    const running = subject.run({
      onActivated: () => {
        subject.forceQuit();
        subject.sending.text("hello");
      },
    }, undefined);
    const error = await assertRejects(() => running, WebSocketError);
    assertEquals(error.code, "ConnectionClosed");
  });

  for (const transport of transports) {
    it(`aborted, ${transport} transport`, async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        // Over some transports the last words get out, over others the socket is gone before.
        await peer.readFrame().catch(() => undefined);
        await peer.send(closeFrame(1001)).catch(() => {});
      });
      const controller = new AbortController();
      const { signal } = controller;
      const client = await NonBlockingClient.connect(server.url, { transport, signal });
      controller.abort();
      const record = recorder({ onActivated: (client) => void client.sendText("hello") });
      await bounded("the client to end", client.run(record.handler));
      assertEquals(record.messages, ["activated", "error Aborted", "quit"]);
    });
  }
});
