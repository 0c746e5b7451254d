import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertLess } from "@std/assert";
import { NonBlockingClient } from "../../mod.ts";
import type { Tunnel } from "../../src/proxy/tunnel.ts";
import { connectPolled, connectPolledAlongside } from "../../src/transport/syscall/connect_polled.ts";
import { END, type PolledStream } from "../../src/transport/syscall/polled_stream.ts";
import { Site } from "../connecting/site.ts";
import { firstDifference, pattern } from "../transport/connected.ts";
import { contextFor, FarEnd, readToEnd, readUpTo, writeAll } from "../transport/syscall/far_end.ts";
import { TunnelServer } from "./tunnel_server.ts";

const megabyte = pattern(1 << 20);

/** Linux's list of TCP sockets. */
const list = "/proc/self/net/tcp";

/** How many sockets here are connected to a port of 127.0.0.1 and belong to a descriptor. */
function openTo(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = readFileSync(list, "utf8").split("\n").slice(1).map((line) => line.trim().split(/\s+/));
  return sockets.filter(([, , remote, , , , , , , inode]) => remote === address && inode !== "0").length;
}

describe("system calls through a proxy", () => {
  let far: FarEnd;
  let server: TunnelServer;
  before(async () => {
    [far, server] = [await FarEnd.open(), await TunnelServer.start()];
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await far.close();
  });

  /** By name of server, over TLS or not. */
  const targetOf = (name: string, tunnel: Tunnel) => {
    const isTls = name === "server" || name.startsWith("tls");
    const tls = isTls ? { caCerts: far.certificates.ca } : undefined;
    return { host: "127.0.0.1", port: far.ports[name]!, tls, socket: { sendBufferSize: 1 << 16 }, tunnel };
  };

  function using(name: string, tunnel: Tunnel, use: (stream: PolledStream) => void): void {
    const stream = connectPolled(targetOf(name, tunnel), contextFor());
    try {
      use(stream);
    } finally {
      stream.close();
    }
  }

  for (const scheme of ["http:", "https:"]) {
    const tunnel = (): Tunnel => scheme === "http:" ? server.plain : server.secure;

    for (const name of ["echo", "server"]) {
      it(`1 MiB both ways and records of all sizes, ${scheme}, ${name}`, () => {
        using(name, tunnel(), (stream) => {
          for (const size of [1, 1023, 16_384, 16_385, 65_536, 65_537, 131_073, 1 << 20]) {
            writeAll(stream, megabyte.subarray(0, size));
            assertEquals(firstDifference(readUpTo(stream, size), megabyte.subarray(0, size)), -1, `${size}`);
          }
        });
      });

      it(`the end of either side, ${scheme}, ${name}`, () => {
        using(name, tunnel(), (stream) => {
          stream.shutdown();
          assertEquals(readToEnd(stream), "");
          assertEquals(stream.read(), END);
        });
        using(name === "server" ? "tlsFarewell" : "farewell", tunnel(), (stream) => {
          assertEquals(readToEnd(stream), "farewell");
          assertEquals(stream.read(), END);
        });
      });
    }

    for (const name of ["stalled", "tlsStalled"]) {
      const skip = name === "tlsStalled" && "Deno" in globalThis
        ? "depends on the TLS server of Deno"
        : false;
      it(`a peer that does not read: partial writes, then none, ${scheme}, ${name}`, { skip }, () => {
        using(name, tunnel(), (stream) => {
          let at = 0;
          let total = 0;
          // Until nothing is taken for a while: the relay has buffers, too.
          for (let idle = 0; idle < 3;) {
            const count = stream.write(megabyte, at, megabyte.length);
            at = (at + count) % megabyte.length;
            total += count;
            assert(total < 1 << 28, "the system takes everything");
            if (count > 0) idle = 0;
            else if (!stream.wait(50, true)) idle++;
            else while (stream.read() > 0);
          }
          far.resume();
          writeAll(stream, megabyte.subarray(at));
          total += megabyte.length - at;
          stream.shutdown();
          assertEquals(readToEnd(stream), String(total));
        });
      });
    }

    const skip = existsSync(list) ? false : "this system has no list of sockets";
    it(`aborted at any moment, nothing stays open, ${scheme}`, { skip }, async () => {
      let opened = 0;
      for (let looks = 0; opened === 0; looks++) {
        const controller = new AbortController();
        let left = looks;
        const context = { ...contextFor(), signal: controller.signal };
        // Each step on the way looks at the deadline.
        Object.defineProperty(context, "deadline", {
          enumerable: true,
          get: () => {
            if (left-- === 0) controller.abort(new RangeError("enough"));
            return performance.now() + 4000;
          },
        });
        const connecting = connectPolledAlongside(targetOf("server", tunnel()), context);
        await connecting.then((stream) => {
          opened++;
          assertEquals(openTo(tunnel().port), 1);
          stream.close();
        }, (error) => assertEquals(error.message, "enough"));
        assertEquals(openTo(tunnel().port), 0, `aborted at look ${looks}`);
        assertLess(looks, 200);
      }
    });
  }

  it("opening one in a callback leaves the callback's message alone", async () => {
    const site = await Site.start();
    try {
      const url = `ws://${site.at.plain}/message`;
      let same: boolean | undefined;
      const client = NonBlockingClient.connectSync(url, { transport: "syscall" });
      client.runSync({
        onTextMessage: (client, message) => {
          const before = message.copy();
          const { host, port } = server.plain;
          const inner = NonBlockingClient.connectSync(url, {
            transport: "syscall",
            proxy: `http://${host}:${port}`,
          });
          inner.forceQuit();
          inner.runSync({});
          same = firstDifference(message.bytes, before) === -1;
          client.close();
        },
      });
      assertEquals(same, true);
    } finally {
      await site.stop();
    }
  });
});
