/** `MANY_CONNECTIONS=10000` for the full run, which prints what a connection takes; `--expose-gc` makes it exact. */
import { readdirSync } from "node:fs";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { type CloseInfo, NonBlockingClient } from "../../mod.ts";
import { pathOf } from "../../scripts/soak/scenarios.ts";
import { type SoakServer, startSoakServer } from "../../scripts/soak/start_server.ts";
import { messagesOf } from "../../scripts/soak/traffic.ts";
import { type Holdings, holdings, settledHoldings } from "../../scripts/soak/holdings.ts";
import { bounded, transports, until } from "../client/setup.ts";

const wanted = Number(process.env.MANY_CONNECTIONS ?? 500);
const isFullRun = process.env.MANY_CONNECTIONS !== undefined;
/** A socket that is asked a thousand times a second is nothing to have ten thousand of. */
const MOST_POLLED = 1000;
/** So many connect at the same time: what a listening socket's backlog takes is limited. */
const AT_ONCE = 250;
const LIMIT = 10_000 + wanted * 20;
const KIB = 1024;

/** The server checks it, and sends it back. */
const visit = { scenario: "echo", seed: seedOfSmallMessage(), count: 1 } as const;
const [message] = messagesOf(-visit.seed, 1) as [ReturnType<typeof messagesOf>[number]];

function seedOfSmallMessage(): number {
  for (let seed = 1;; seed++) {
    const [message] = messagesOf(-seed, 1);
    if (message!.binary && message!.bytes.length > 100 && message!.bytes.length < 1000) return seed;
  }
}

/** Exact in a full run, which takes its time over it. */
function look(): Promise<Holdings> {
  return isFullRun ? settledHoldings() : Promise.resolve(holdings());
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

describe("many connections on one thread, to a server in another process", {
  skip: process.platform !== "linux",
}, () => {
  let server: SoakServer;
  before(async () => {
    server = await startSoakServer();
  });
  after(async () => {
    const { faults } = await server.stop();
    assertEquals(faults, []);
  });

  for (const transport of transports) {
    const count = transport === "syscall" ? Math.min(wanted, MOST_POLLED) : wanted;

    it(
      `${count} open, echo, close and leave nothing, ${transport} transport`,
      { timeout: 3 * LIMIT },
      async () => {
        const url = `ws://127.0.0.1:${server.address.ws}${pathOf(visit)}`;
        const options = {
          transport,
          handshakeTimeout: LIMIT,
          closeTimeout: LIMIT,
          spinWaitDuration: transport === "syscall" ? 20 : undefined,
        };
        const atFirst = await look();
        const startedAt = performance.now();
        const clients: NonBlockingClient[] = [];
        while (clients.length < count) {
          const some = Math.min(AT_ONCE, count - clients.length);
          const batch = Array.from({ length: some }, () => NonBlockingClient.connect(url, options));
          clients.push(...await bounded("connecting", Promise.all(batch), LIMIT));
        }
        const connectedAt = performance.now();

        let echoes = 0;
        const echoed = Promise.withResolvers<void>();
        const ends = clients.map((client) =>
          client.run({
            onActivated: (client) => client.sendBinary(message.bytes),
            onBinaryMessage: (_, { byteLength }) => {
              assertEquals(byteLength, message.bytes.length);
              if (++echoes === count) echoed.resolve();
            },
          })
        );
        await bounded("the echoes", echoed.promise, LIMIT);
        const echoedAt = performance.now();
        assertEquals(clients.filter(({ state }) => state === "open").length, count);
        const open = await look();

        const closingAt = performance.now();
        for (const client of clients) client.close();
        const closes = await bounded("all clients to end", Promise.all(ends), LIMIT);
        assertEquals(closes.filter(isClean).length, count);
        const closedAt = performance.now();
        clients.length = ends.length = closes.length = 0;
        await until("the descriptors to be as before", () => descriptors() <= atFirst.descriptors + 10);
        if (!isFullRun) return assertLess(descriptors(), atFirst.descriptors + 11);

        const atLast = await look();
        const each = (after: number, before: number) => `${((after - before) / count / KIB).toFixed(1)} KiB`;
        console.log(
          `${transport}: ${count} connections; connect ${ms(connectedAt - startedAt)}, echo ${
            ms(echoedAt - connectedAt)
          }, close ${ms(closedAt - closingAt)}; each ${each(open.rss, atFirst.rss)} RSS, ${
            each(open.heap + open.external, atFirst.heap + atFirst.external)
          } heap and external; ${each(atLast.rss, atFirst.rss)} RSS left of each, ${
            each(atLast.heap + atLast.external, atFirst.heap + atFirst.external)
          } heap and external`,
        );
      },
    );
  }
});

function isClean({ code, wasClean }: CloseInfo): boolean {
  return code === 1000 && wasClean;
}

function ms(duration: number): string {
  return `${duration.toFixed(0)} ms`;
}
