import { describe, it } from "node:test";
import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { BlockingClient, WebSocketError } from "../../mod.ts";
import { PeerThread } from "../thread/peer_thread.ts";

const large = new Uint8Array(16 * 1024 * 1024);

function typesOf(client: BlockingClient): string[] {
  return Array.from(client, ({ type }) => type);
}

// Another thread does the work, or the caller's own by system calls: what can be seen is the same.
for (const transport of [undefined, "syscall"] as const) {
  describe(`BlockingClient, ${transport ?? "the runtime's own"} transport`, () => {
    it("says of no message that it was sent when the connection is lost", async () => {
      await using peer = await PeerThread.start("resets");
      const client = BlockingClient.connect(peer.url, { transport });
      peer.board.open();
      // The reset may come a moment later; what the sockets' buffers hold says nothing.
      const error = assertThrows(() => {
        for (let count = 0; count < 20; count++) client.sendBinary(large);
      }, WebSocketError);
      assertEquals([error.code, client.state], ["ConnectionClosed", "closed"]);
      assertEquals(typesOf(client), ["activated", "closed", "quit"]);
    });

    it("close waits at most closeTimeout for a peer that does not read, and does not throw", async () => {
      await using peer = await PeerThread.start("deafForEver");
      const client = BlockingClient.connect(peer.url, { transport, writeTimeout: 20, closeTimeout: 100 });
      const error = assertThrows(() => client.sendBinary(large), WebSocketError);
      assertEquals([error.code, error.phase], ["Timeout", "write"]);
      client.close();
      assertEquals(typesOf(client), ["activated", "error", "quit"]);
      peer.board.open();
    });

    it("disposed in a callback it closes, and run goes on to the end", async () => {
      await using peer = await PeerThread.start("echo");
      const client = BlockingClient.connect(peer.url, { transport });
      const calls: string[] = [];
      const close = client.run({
        onActivated: (client) => client.cork(() => ["0", "1", "2"].forEach((text) => client.sendText(text))),
        onTextMessage: (client, { text }) => {
          calls.push(text);
          if (text !== "0") return;
          client[Symbol.dispose]();
          calls.push("disposed");
        },
        onConnectionClosed: () => calls.push("closed"),
        onQuit: () => calls.push("quit"),
      });
      assertEquals(close.wasClean, true);
      assertEquals(calls, ["0", "disposed", "1", "2", "closed", "quit"]);
    });

    it("cork throws what its function throws, though the peer does not read", async () => {
      await using peer = await PeerThread.start("deafForEver");
      const client = BlockingClient.connect(peer.url, { transport, writeTimeout: 1000 });
      const mine = new RangeError("mine");
      const thrown = assertThrows(() =>
        client.cork(() => {
          client.sendBinary(large);
          throw mine;
        })
      );
      assertStrictEquals(thrown, mine);
      client.forceQuit();
      assertEquals(typesOf(client), ["quit"]);
      peer.board.open();
    });
  });
}
