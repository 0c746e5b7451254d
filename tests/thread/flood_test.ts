import process from "node:process";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { AsyncClient, BlockingClient } from "../../mod.ts";
import { isNumberedMessage, MESSAGE_SIZE } from "./numbered_message.ts";
import { FLOOD } from "./peer_scripts.ts";
import { PeerThread } from "./peer_thread.ts";

const MIB = 1024 * 1024;
const COUNT = FLOOD / MESSAGE_SIZE;
const limit = Math.max(4_500, FLOOD / MIB * 60);

/** Watches the memory of the process, which holds the server too. */
class MemoryWatch {
  readonly #before = process.memoryUsage().rss;
  #most = 0;

  look(): void {
    this.#most = Math.max(this.#most, process.memoryUsage().rss - this.#before);
  }

  /** Well below what goes through. */
  assertBounded(): void {
    assert(this.#most < 256 * MIB, `${this.#most / MIB} MiB more`);
  }
}

describe(`${FLOOD / MIB} MiB through a small channel with a slow reader`, () => {
  const options = { eventCapacity: 256 * 1024 };

  it("blocking: nothing is lost, memory is bounded", { timeout: limit }, async () => {
    await using peer = await PeerThread.start("floods");
    const client = BlockingClient.connect(peer.url, options);
    assertEquals(client.read()?.type, "activated");
    // The server's writes stall long before it has sent everything.
    const stalled = peer.board.waitStandstill();
    assert(stalled > 0 && stalled < FLOOD / 1024, `${stalled} KiB were taken`);
    assert(client.stats.bytesReceived < 2 * MIB, `${client.stats.bytesReceived} bytes were read`);
    const memory = new MemoryWatch();
    for (let number = 0; number < COUNT; number++) {
      const event = client.read();
      assert(event?.type === "binary" && isNumberedMessage(event.data, number), `message ${number}`);
      if (number % 128 === 0) {
        memory.look();
        peer.board.waitStandstill(20);
      }
    }
    assertEquals(Array.from(client, ({ type }) => type), ["closed", "quit"]);
    memory.assertBounded();
  });

  it("async: nothing is lost, memory is bounded", { timeout: limit }, async () => {
    await using peer = await PeerThread.start("floods");
    const client = await AsyncClient.connect(peer.url, options);
    const thread = client.run();
    assertEquals((await client.events.receive())?.type, "activated");
    const memory = new MemoryWatch();
    for (let number = 0; number < COUNT; number++) {
      const event = await client.events.receive();
      assert(event?.type === "binary" && isNumberedMessage(event.data, number), `message ${number}`);
      if (number % 128 === 0) {
        memory.look();
        peer.board.waitStandstill(20);
      }
    }
    assertEquals((await client.events.receive())?.type, "closed");
    assertEquals((await thread.join()).code, 1000);
    memory.assertBounded();
  });
});
