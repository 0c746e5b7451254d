import { it } from "node:test";
import { assertEquals, assertLess } from "@std/assert";
import { readdirSync } from "node:fs";
import { NonBlockingClient } from "../../mod.ts";
import { closeFrame, frame, opcodes } from "../support/frames.ts";
import { rawServer } from "../support/raw_server.ts";
import { bounded, transports, turn } from "./setup.ts";

/** So many connect at the same time: what a listening socket's backlog takes is limited. */
const atOnce = 250;
const connections = 1000;

/** Open descriptors of this process; `undefined` where the system does not tell. */
function descriptors(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

for (const transport of transports) {
  it(`${connections} connections open at the same time, echo, close and leave nothing, ${transport} transport`, async () => {
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      const { payload } = await peer.readFrame();
      await peer.send(frame({ opcode: opcodes.text, payload }));
      const close = await peer.readFrame();
      await peer.send(closeFrame(close.close?.code));
      await peer.end();
      await peer.closed();
    }, { limit: 20_000 });
    const before = descriptors();

    const clients: NonBlockingClient[] = [];
    while (clients.length < connections) {
      const batch = Array.from(
        { length: atOnce },
        () => NonBlockingClient.connect(server.url, { transport, handshakeTimeout: 20_000 }),
      );
      clients.push(...await bounded("connecting", Promise.all(batch), 20_000));
    }
    assertEquals(clients.filter((client) => client.state === "open").length, connections);

    let echoes = 0;
    const ends = clients.map((client, index) =>
      client.run({
        onActivated: (client) => client.sendText(`number ${index}`),
        onTextMessage: (client, { text }) => {
          assertEquals(text, `number ${index}`);
          echoes++;
          client.close();
        },
      })
    );
    const closes = await bounded("all clients to end", Promise.all(ends), 20_000);
    assertEquals(echoes, connections);
    assertEquals(closes.filter(({ code, wasClean }) => code === 1000 && wasClean).length, connections);
    assertEquals(clients.filter((client) => client.state !== "closed").length, 0);
    await server.close();

    if (before === undefined) return;
    // The listening socket is gone, and the runtime may have opened something of its own meanwhile.
    for (let i = 0; i < 100 && descriptors()! > before + 10; i++) await turn();
    assertLess(descriptors()!, before + 11);
  });
}
