import { after, before, describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { type CloseInfo, NonBlockingClient, WebSocketError } from "../../mod.ts";
import { loadTransport } from "../../src/transport/detect.ts";
import { type EchoServer, wsServer } from "../support/servers.ts";
import { describeClose, recorder } from "../client/recorder.ts";
import { bounded, transports, until } from "../client/setup.ts";
import { FaultyTransport } from "./faulty_transport.ts";

const eventDriven = transports.filter((name) => name !== "syscall");
const WHOLE = ["activated", "text one", "binary 01 02", "pong ", "closed 1000 clean local", "quit"];

for (const name of eventDriven) {
  for (const tls of [false, true]) {
    describe(`I/O that fails, ${name} transport${tls ? ", TLS" : ""}`, () => {
      let server: EchoServer;
      before(async () => {
        server = await wsServer({ tls });
      });
      after(() => server.close());

      /** Connects, sends a little of everything, closes when it has come back. */
      async function play(transport: FaultyTransport) {
        const options = { transport, tls: server.ca === undefined ? undefined : { caCerts: server.ca } };
        let client: NonBlockingClient;
        try {
          client = await bounded("connect", NonBlockingClient.connect(server.url, options));
        } catch (error) {
          assert(error instanceof WebSocketError, String(error));
          return { refused: error };
        }
        const record = recorder({
          onActivated: (client) => {
            client.sendText("one");
            client.sendBinary(Uint8Array.of(1, 2));
            client.sendPing();
          },
          onPong: (client) => client.close(),
        });
        const close = await bounded("the client to end", client.run(record.handler));
        return { close, events: record.messages };
      }

      for (const code of ["ECONNRESET", "EIO"]) {
        it(`${code} at the n-th operation, for every n: one end, and no stream left`, async () => {
          const real = await loadTransport(name);
          const failures = new Set<string>();
          for (let failAt = 1; failAt < 100; failAt++) {
            const error = Object.assign(new Error("injected"), { code });
            const transport = new FaultyTransport(real, { failAt, error });
            const { refused, close, events } = await play(transport);
            await until("the stream to be closed", () => transport.closed === transport.opened);
            if (transport.failed === undefined) {
              assertEquals(events, WHOLE);
              for (const what of ["connect", "write", "data", "shutdown"]) assert(failures.has(what), what);
              return;
            }
            failures.add(transport.failed);
            const said = `${transport.failed}, operation ${failAt}`;
            if (refused !== undefined) assertEquals(refused.cause, error, said);
            else checkEnd(close!, events!, { error, said });
          }
          assert(false, "the scenario never passes");
        });
      }
    });
  }
}

/** One end, told as what it is. */
function checkEnd(
  close: CloseInfo,
  events: readonly string[],
  { error, said }: { readonly error: Error & { code: string }; readonly said: string },
): void {
  const ends = events.filter((event) => /^(closed|error|quit)/.test(event));
  // What fails when both Close frames have been exchanged changes nothing.
  if (close.code === 1000) return assertEquals(events, WHOLE, said);
  const end = error.code === "EIO" ? "error Io" : `closed ${describeClose(close)}`;
  assertEquals([ends, close.error?.cause], [[end, "quit"], error], said);
}
