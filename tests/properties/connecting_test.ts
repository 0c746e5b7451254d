import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { NonBlockingClient, WebSocketError } from "../../mod.ts";
import { type MemoryStream, memoryTransport } from "../../src/transport/memory.ts";
import { recorder } from "../client/recorder.ts";
import { bounded } from "../client/setup.ts";
import { textFrame } from "../support/frames.ts";
import { answerTo, parseRequest } from "../support/raw_server_http.ts";
import { microtasks } from "./pinned_client.ts";
import { holds } from "./property.ts";

/** What the server does with the request, after so many microtasks. */
interface ServerPart {
  readonly does: "accepts" | "refuses" | "nothing" | "ends" | "resets" | "garbage" | "half";
  readonly after: number;
  /** A message behind the answer. */
  readonly says: boolean;
}

const serverPart: fc.Arbitrary<ServerPart> = fc.record({
  does: fc.constantFrom("accepts", "accepts", "refuses", "nothing", "ends", "resets", "garbage", "half"),
  after: fc.nat(20),
  says: fc.boolean(),
});

const clientEnd = fc.record({
  takes: fc.constantFrom(1 << 20, 50, 7),
  splits: fc.constantFrom([], [1], [30, 1, 100]),
  failAt: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 12 }),
  }),
});

const encoder = new TextEncoder();
const REFUSAL = encoder.encode("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");

/** The server's end; tells when the client has let it go. */
class Peer {
  /** Not there yet, or not any more. */
  gone = true;
  readonly #part: ServerPart;
  #stream!: MemoryStream;
  #request = "";

  constructor(part: ServerPart) {
    this.#part = part;
  }

  readonly accept = (stream: MemoryStream): void => {
    this.gone = false;
    this.#stream = stream;
    stream.attach({
      onData: (bytes) => void this.#read(new TextDecoder().decode(bytes)),
      onEnd: () => this.gone = true,
      onClose: () => this.gone = true,
      onWritable: () => {},
    });
    stream.resume();
  };

  async #read(text: string): Promise<void> {
    const wasComplete = this.#request.includes("\r\n\r\n");
    this.#request += text;
    if (wasComplete || !this.#request.includes("\r\n\r\n")) return;
    await microtasks(this.#part.after);
    const append = this.#part.says ? textFrame("hello") : undefined;
    const answer = answerTo(parseRequest(this.#request), { append });
    switch (this.#part.does) {
      case "accepts":
        return this.#write(answer);
      case "refuses":
        return this.#write(REFUSAL);
      case "garbage":
        return this.#write(encoder.encode("SSH-2.0\n"));
      case "half":
        return this.#write(answer.subarray(0, 60));
      case "ends":
        return this.#stream.shutdown();
      case "resets":
        return this.#stream.reset();
    }
  }

  #write(bytes: Uint8Array): void {
    this.#stream.write(bytes, 0, bytes.length);
  }
}

/** How many listeners a signal has. */
function counted(signal: AbortSignal): { readonly signal: AbortSignal; readonly listeners: () => number } {
  const listeners = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1]);
    addEventListener.apply(signal, args);
  };
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners.delete(args[1]);
    removeEventListener.apply(signal, args);
  };
  return { signal, listeners: () => listeners.size };
}

describe("connecting, aborted at any moment", () => {
  it("opens, or fails by name; the server is let go, and nothing stays", async () => {
    await holds(
      fc.asyncProperty(serverPart, clientEnd, fc.nat(120), async (part, client, abortAt) => {
        const peer = new Peer(part);
        const transport = memoryTransport(peer.accept, { client });
        const controller = new AbortController();
        const { signal, listeners } = counted(controller.signal);
        const reason = new Error("enough");
        const settled = Promise.allSettled([
          NonBlockingClient.connect("ws://memory.example/", { transport, signal }),
        ]);
        await microtasks(abortAt);
        controller.abort(reason);
        const [outcome] = await bounded("connect", settled);
        if (outcome.status === "rejected") {
          const error: unknown = outcome.reason;
          assertInstanceOf(error, WebSocketError, String((error as Error).stack));
          assert(["Aborted", "HandshakeFailed", "Io"].includes(error.code), error.message);
          if (error.code === "Aborted") assertStrictEquals(error.cause, reason);
          if (error.response !== undefined) assert(part.does !== "nothing");
        } else {
          assertEquals(part.does, "accepts");
          const record = recorder();
          await bounded("run", outcome.value.run(record.handler));
          const { messages } = record;
          assertEquals([messages[0], messages.at(-1)], ["activated", "quit"]);
          assert(client.failAt !== undefined || messages.includes("error Aborted"), messages.join());
        }
        await microtasks(100);
        assert(peer.gone, "the server's end is still there");
        assertEquals([...Array(listeners())], [], "listeners are left");
      }),
      { runs: 250 },
    );
  });
});
