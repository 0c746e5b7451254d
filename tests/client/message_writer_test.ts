import { describe, it } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { AsyncClient, BlockingClient, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { ControlSender } from "../../src/client/control_sender.ts";
import { rawServer } from "../support/raw_server.ts";
import { serversOfThisRuntime } from "../support/servers.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { codeOf, end, memoryClient } from "./memory_client.ts";
import { bounded, transports, until } from "./setup.ts";

/** What cannot be done while a message is unfinished. */
interface Sending {
  sendText(text: string): unknown;
  sendBinary(data: Uint8Array): unknown;
  beginText(): unknown;
  beginBinary(): unknown;
}

function refusesOthers(sending: Sending): void {
  assertEquals(codeOf(() => sending.sendText("other")), "SocketUnavailable");
  assertEquals(codeOf(() => sending.sendBinary(new Uint8Array(1))), "SocketUnavailable");
  assertEquals(codeOf(() => sending.beginText()), "SocketUnavailable");
  assertEquals(codeOf(() => sending.beginBinary()), "SocketUnavailable");
}

/** Half a surrogate pair at the end. */
const HALF = "é\ud83d";
const OTHER_HALF = "\ude00";

describe("a message writer of the non-blocking client", () => {
  for (const transport of transports) {
    it(`every server puts the parts together, compressed and not, transport ${transport}`, async () => {
      for (const kind of serversOfThisRuntime()) {
        for (const perMessageDeflate of [false, true]) {
          await using server = await kind.start({ perMessageDeflate });
          const client = await NonBlockingClient.connect(server.url, { transport, perMessageDeflate });
          const heard: string[] = [];
          const part = "some words, ".repeat(10_000);
          const run = client.run({
            onActivated(client) {
              const writer = client.beginText();
              refusesOthers(client);
              for (let i = 0; i < 10; i++) writer.write(part);
              writer.write(HALF);
              client.sendPing();
              writer.end(OTHER_HALF);
              client.beginBinary().end();
              client.sendText("whole");
            },
            onTextMessage: (client, { text }) => void (heard.push(text) === 3 && client.close()),
            onBinaryMessage: (_, { byteLength }) => void heard.push(`binary ${byteLength}`),
          });
          await bounded("the echoes", run);
          assertEquals(heard[0] === `${part.repeat(10)}é😀`, true);
          assertEquals(heard.slice(1), ["binary 0", "whole"]);
          assertEquals(client.stats.messagesSent, 3);
        }
      }
    });
  }

  it("answers whether there is a backlog, and copies", async () => {
    const { client, received } = await memoryClient({ highWaterMark: 10 }, { takes: 3 });
    const data = new TextEncoder().encode("0123456789");
    const writer = client.beginBinary();
    assertEquals(
      [writer.write(data.subarray(0, 2)), writer.write(data)],
      [true, false],
    );
    data.fill(0x78);
    writer.end();
    await until("the parts", () => received().length === 3);
    assertEquals(received(), ["2 01", "0 0123456789", "0 "]);
    await end(client);
  });

  it("is over behind its end, and throws ConnectionClosed once the connection closes", async () => {
    const { client } = await memoryClient();
    const first = client.beginText();
    first.end("all");
    assertEquals(codeOf(() => first.write("more")), "SocketUnavailable");
    assertEquals(codeOf(() => first.end()), "SocketUnavailable");
    const second = client.beginText();
    second.write("some");
    client.close();
    assertEquals(codeOf(() => second.write("more")), "ConnectionClosed");
    assertEquals(codeOf(() => second.end()), "ConnectionClosed");
    assertEquals(codeOf(() => client.beginText()), "ConnectionClosed");
    await end(client);
  });

  it("refuses what is neither text nor bytes, and goes on", async () => {
    const { client, received } = await memoryClient();
    const text = client.beginText();
    assertEquals(codeOf(() => text.write(1 as never)), "InvalidConfiguration");
    assertEquals(codeOf(() => text.write(undefined as never)), "InvalidConfiguration");
    text.end("fine");
    const binary = client.beginBinary();
    assertEquals(codeOf(() => binary.write("a" as never)), "InvalidConfiguration");
    binary.end(new Uint8Array([0x61]));
    await until("both", () => received().length === 2);
    assertEquals(received(), ["1 fine", "2 a"]);
    await end(client);
  });
});

describe("a message writer of the blocking client", () => {
  for (const transport of [undefined, "syscall"] as const) {
    it(`transport ${transport ?? "its own"}: the parts arrive, each before write returns`, async () => {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport, readTimeout: 4000 });
      assertEquals(client.read()?.type, "activated");
      const writer = client.beginText();
      refusesOthers(client);
      assertEquals([writer.write(HALF), writer.write(""), client.sendPing()], [true, true, true]);
      assertEquals(client.bufferedAmount, 0);
      assertEquals(writer.end(OTHER_HALF), true);
      assertEquals(codeOf(() => writer.end()), "SocketUnavailable");
      // This server sends every frame back, as a message of its own.
      assertEquals(client.read(), { type: "text", data: "é" });
      assertEquals(client.read(), { type: "binary", data: new TextEncoder().encode("😀") });
      client.cork(() => {
        const writer = client.beginBinary();
        writer.write(new Uint8Array([1]));
        writer.end(new Uint8Array([2]));
      });
      client.sendText("whole");
      assertEquals(client.read(), { type: "binary", data: new Uint8Array([1]) });
      assertEquals(client.read(), { type: "binary", data: new Uint8Array([2]) });
      assertEquals(client.read(), { type: "text", data: "whole" });
      const unfinished = client.beginText();
      client.close();
      assertEquals(codeOf(() => unfinished.end("late")), "ConnectionClosed");
      client[Symbol.dispose]();
      await peer.finish();
    });
  }
});

describe("a message writer of the control channel", () => {
  it("the parts arrive in order, as frames; senders elsewhere are refused meanwhile", async () => {
    const lines: string[] = [];
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      for (let count = 0; count < 5; count++) {
        const { fin, opcode, text } = await peer.readFrame();
        lines.push(`${opcode} ${fin} ${text}`);
      }
      await peer.closed();
    });
    const client = await AsyncClient.connect(server.url);
    client.run();
    const { control } = client;
    using other = ControlSender.from(control.handle());
    const writer = control.beginText();
    refusesOthers(control);
    refusesOthers(other);
    assertEquals(await bounded("a part", writer.write(HALF)), { sent: true });
    await control.sendPing();
    await bounded("the end", writer.end(OTHER_HALF));
    await other.sendText("whole");
    const binary = other.beginBinary({ compress: false });
    assertEquals(
      assertThrows(() => binary.write(new Uint8Array(2 ** 26)), WebSocketError).code,
      "LimitExceeded",
    );
    await binary.end(new Uint8Array([7]));
    await until("the frames", () => lines.length === 5);
    assertEquals(lines, ["1 false é", "9 true ", "0 true 😀", "1 true whole", "2 true \x07"]);
    const late = control.beginText();
    client.control.forceQuit();
    await bounded("the end", client[Symbol.asyncDispose]());
    const result = await late.end("never");
    assertEquals(result.sent === false && result.reason, "closed");
  });
});
