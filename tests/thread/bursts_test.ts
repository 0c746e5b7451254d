/**
 * Many messages in one write, to a thread that sleeps: all of them are received without anything more coming. The next
 * burst is sent when the last message has been answered, so who is not woken waits for longer than a test may take.
 */
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { AsyncClient, type AsyncOptions, type WebSocketEvent } from "../../mod.ts";
import { newSeed, Random } from "../channel/random.ts";
import { bounded, transports } from "../client/setup.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  frame,
  opcodes,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";

const GO_ON = "go on";
const BURSTS = 40;

/** What was sent or received, as one line each; parts make one line with what follows. */
class Lines {
  readonly all: string[] = [];
  #open = "";

  /** Answers the line that the event makes, or ends. */
  take(event: WebSocketEvent): string | undefined {
    const before = this.all.length;
    this.#add(event);
    return this.all[before];
  }

  #add(event: WebSocketEvent): void {
    switch (event.type) {
      case "text":
      case "binary":
      case "ping":
      case "pong":
        this.all.push(line(event.type, event.data));
        break;
      case "textPart":
      case "binaryPart":
        this.#open += textOf(event.data);
        if (!event.final) break;
        this.all.push(line(event.type === "textPart" ? "text" : "binary", this.#open));
        this.#open = "";
        break;
      case "closed":
        this.all.push(`closed ${event.close.code}`);
        break;
      case "error":
        this.all.push(`error ${event.error.code}`);
        break;
      default:
        this.all.push(event.type);
    }
  }
}

function textOf(data: string | Uint8Array): string {
  return typeof data === "string" ? data : new TextDecoder().decode(data);
}

function line(type: string, data: string | Uint8Array): string {
  return `${type} ${textOf(data)}`;
}

/** Frames by chance, and the lines that they shall come to. */
function burst(random: Random, number: number): { frames: Uint8Array[]; lines: string[] } {
  const frames: Uint8Array[] = [];
  const lines: string[] = [];
  const count = random.below(4) === 0 ? random.below(400) : random.below(5);
  for (let index = 0; index < count; index++) {
    const data = `${number}.${index} ${"x".repeat(random.below(random.below(30) === 0 ? 5000 : 60))}`;
    switch (random.below(5)) {
      case 0:
        frames.push(binaryFrame(data));
        lines.push(line("binary", data));
        break;
      case 1:
        frames.push(textFrame(data.slice(0, 3), { fin: false }), continuationFrame(data.slice(3)));
        lines.push(line("text", data));
        break;
      case 2: {
        const payload = data.slice(0, 125);
        const isPing = random.below(2) === 0;
        frames.push(isPing ? pingFrame(payload) : pongFrame(payload));
        lines.push(line(isPing ? "ping" : "pong", payload));
        break;
      }
      default:
        frames.push(textFrame(data));
        lines.push(line("text", data));
    }
  }
  return { frames, lines };
}

/** How a server ends the connection behind its last burst, in the same write. */
interface Ending {
  readonly frames: readonly Uint8Array[];
  readonly lines: readonly string[];
  finish(peer: RawPeer): Promise<void>;
}

async function finished(peer: RawPeer): Promise<void> {
  await peer.end();
  await peer.closed();
}

const endings: Record<string, Ending> = {
  "Close": { frames: [closeFrame(1000)], lines: ["closed 1000", "quit"], finish: finished },
  "a violation": {
    frames: [frame({ opcode: 3 }), textFrame("too late")],
    lines: ["error ProtocolViolation", "quit"],
    finish: finished,
  },
  "the end of the stream": { frames: [], lines: ["closed 1006", "quit"], finish: finished },
};

async function answered(peer: RawPeer): Promise<void> {
  while ((await peer.readFrame()).opcode !== opcodes.text);
}

/** Sends bursts, each when the one before was answered; the lines that they come to are added to `lines`. */
async function serve(
  peer: RawPeer,
  random: Random,
  { frames, lines, finish, all }: Ending & { all: string[] },
) {
  await peer.handshake();
  all.push("activated");
  for (let number = 0; number < BURSTS; number++) {
    const sent = burst(random, number);
    all.push(...sent.lines, line("text", GO_ON));
    await peer.send(concat(...sent.frames, textFrame(GO_ON)));
    await answered(peer);
  }
  const last = burst(random, BURSTS);
  all.push(...last.lines, ...lines);
  await peer.send(concat(...last.frames, ...frames));
  await finish(peer);
}

async function exchange(options: AsyncOptions, ending: Ending): Promise<void> {
  const seed = newSeed();
  console.log(`S9_SEED=${seed}`);
  const expected: string[] = [];
  await withRawServer(
    (peer) => serve(peer, new Random(seed), { ...ending, all: expected }),
    async (server) => {
      const client = await AsyncClient.connect(server.url, options);
      const thread = client.run();
      const received = new Lines();
      const reading = async (): Promise<void> => {
        for await (const event of client.events) {
          received.take(event);
          if (
            received.all.at(-1) !== line("text", GO_ON) || event.type === "textPart" && !event.final
          ) continue;
          await client.control.sendText("");
        }
      };
      try {
        await bounded(`${ending.lines[0]}, behind ${received.all.length} lines`, reading());
        await bounded("the end", thread.join());
      } finally {
        client.control.forceQuit();
      }
      assertEquals(received.all, expected);
    },
  );
}

describe("bursts of messages to a thread that sleeps", () => {
  for (const [name, ending] of Object.entries(endings)) {
    it(`are received to the last message before ${name}`, () => exchange({}, ending));
  }

  for (const transport of transports) {
    it(`are received over ${transport}`, () => exchange({ transport }, endings.Close));
    it(`are received over ${transport} through a small channel, in parts`, async () => {
      await exchange({ transport, eventCapacity: 2048, messageParts: true }, endings.Close);
    });
  }

  it("are received where the I/O thread polls", () => exchange({ spinWaitDuration: 1 }, endings.Close));
});
