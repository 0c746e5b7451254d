import { describe, it } from "node:test";
import { assertEquals, assertRejects } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { type RawPeer, rawServer } from "../support/raw_server.ts";
import { bounded, canDropDuringTls, transports, turn } from "./setup.ts";

for (const transport of transports) {
  describe(`handshakeTimeout, ${transport} transport`, () => {
    const timesOut = async (
      script: (peer: RawPeer, over: Promise<void>) => Promise<void>,
      scheme = "ws:",
    ) => {
      const over = Promise.withResolvers<void>();
      await using server = await rawServer((peer) => script(peer, over.promise));
      const error = await assertRejects(
        () =>
          bounded(
            "connect",
            NonBlockingClient.connect(server.url.replace("ws:", scheme), {
              transport,
              handshakeTimeout: 250,
            }),
          ),
        WebSocketError,
      ).finally(() => over.resolve());
      // The script ends only when the client has let go.
      await server.close();
      return error;
    };

    it("a server that says nothing", async () => {
      const error = await timesOut(async (peer) => {
        await peer.readRequest();
        await peer.closed();
      });
      assertEquals([error.code, error.phase], ["Timeout", "upgrade"]);
    });

    it("a server that stops in the middle of its answer", async () => {
      const error = await timesOut(async (peer) => {
        await peer.readRequest();
        await peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso");
        await peer.closed();
      });
      assertEquals([error.code, error.phase], ["Timeout", "upgrade"]);
    });

    it("a server that drips its answer without end", async () => {
      const error = await timesOut(async (peer) => {
        await peer.readRequest();
        await peer.send("HTTP/1.1 101 Switching Protocols\r\n");
        let isOver = false;
        const gone = peer.closed().then(() => isOver = true);
        while (!isOver) {
          await peer.send("A: b\r\n").catch(() => isOver = true);
          for (let i = 0; i < 5; i++) await turn();
        }
        await gone;
      });
      assertEquals([error.code, error.phase], ["Timeout", "upgrade"]);
    });

    it("a server that never answers the ClientHello", async () => {
      const error = await timesOut(async (peer, over) => {
        await peer.read(1);
        await over;
        if (canDropDuringTls(transport)) await peer.closed();
      }, "wss:");
      assertEquals([error.code, error.phase], ["Timeout", "tls"]);
    });

    it("does not go on counting once connected", async () => {
      await using server = await rawServer(async (peer) => {
        await peer.handshake();
        await peer.closed();
      });
      const client = await NonBlockingClient.connect(server.url, { transport, handshakeTimeout: 250 });
      const running = client.run({});
      await new Promise((resolve) => setTimeout(resolve, 120));
      assertEquals(client.state, "open");
      client.forceQuit();
      await bounded("the client to end", running);
    });
  });
}
