import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import type { EchoServer } from "../support/servers.ts";
import { recorder } from "../client/recorder.ts";
import { bounded, canDropDuringTls, transports } from "../client/setup.ts";
import { type Cut, CuttingRelay } from "./cutting_relay.ts";

const WHOLE = "closed 1000 clean local";
/** How a connection may end, whatever was cut where: in the handshake of TLS, in that of the WebSocket, or later. */
const ENDS: Record<Cut, RegExp> = {
  FIN: /^(refused (TlsFailed|HandshakeFailed)|closed 1006 not clean (none|local))$/,
  RST: /^(refused (TlsFailed|HandshakeFailed)|closed 1006 not clean (none|local))$/,
  silence: /^(refused Timeout (tls|upgrade)|error Timeout (keepAlive|close))$/,
  // Bun's node:tls ends such a connection without a word.
  "a changed byte": /^(refused (TlsFailed|HandshakeFailed)|error Io|closed 1006 not clean (none|local))$/,
};
/** Where to cut, as parts of the whole stream. */
const PLACES = [0, 0.001, 0.3, 0.6, 0.8, 0.95, 0.98];

for (const transport of transports) {
  describe(`TLS that is cut anywhere, ${transport} transport`, () => {
    let server: EchoServer;
    let relay: CuttingRelay;
    before(async () => {
      server = await startEchoServer({ tls: true });
      relay = await CuttingRelay.open(server.port);
    });
    after(async () => {
      await relay[Symbol.asyncDispose]();
      await server.close();
    });

    /** Connects, echoes, closes; answers how it ended. */
    async function play(handshakeTimeout?: number): Promise<string> {
      let client: NonBlockingClient;
      try {
        const connecting = NonBlockingClient.connect(`wss://127.0.0.1:${relay.port}`, {
          transport,
          tls: { caCerts: server.ca! },
          handshakeTimeout,
          closeTimeout: 100,
          keepAlive: { interval: 50, timeout: 100 },
        });
        client = await bounded("connect", connecting);
      } catch (error) {
        assert(error instanceof WebSocketError, String(error));
        return `refused ${error.code} ${error.phase ?? ""}`.trimEnd();
      }
      const record = recorder({
        onActivated: (client) => client.sendBinary(new Uint8Array(1000)),
        onBinaryMessage: (client) => client.close(),
      });
      await bounded("the client to end", client.run(record.handler));
      const ends = record.messages.filter((event) => /^(closed|error|quit)/.test(event));
      assertEquals([ends.length, ends[1]], [2, "quit"]);
      return ends[0]!;
    }

    for (const cut of Object.keys(ENDS) as Cut[]) {
      // Deno cannot let go of a socket whose TLS handshake hangs, and its sanitizer tells. After a FIN in the midst of
      // the handshake it hangs now and then, until handshakeTimeout.
      const skip = (cut === "silence" || cut === "FIN") && !canDropDuringTls(transport);
      it(`${cut}: one end, and the right one`, { skip }, async () => {
        relay.prepare(Infinity, cut);
        assertEquals(await play(), WHOLE);
        const whole = relay.passed;
        const ends = new Set<string>();
        // Each silence takes a timeout.
        const places = cut === "silence" ? PLACES.filter((_, index) => index % 2 === 0) : PLACES;
        for (const place of places) {
          const at = Math.floor(place * whole);
          relay.prepare(at, cut);
          const end = await play(cut === "silence" ? 300 : undefined);
          // Once both Close frames are exchanged, nothing is wrong any more.
          if (end !== WHOLE) assert(ENDS[cut].test(end), `${end}, cut at byte ${at} of ${whole}`);
          ends.add(end);
        }
        assert(ends.size >= 2, [...ends].join(", "));
      });
    }
  });
}
