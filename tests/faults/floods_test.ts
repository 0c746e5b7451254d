/** Floods of conformance.md: whatever a server pours out, memory stays bounded. `FLOOD_REPORT=1` prints the figures. */
import { Buffer } from "node:buffer";
import process from "node:process";
import { describe, it } from "node:test";
import { deflateRawSync } from "node:zlib";
import { assert, assertEquals, assertLess } from "@std/assert";
import { NonBlockingClient, type NonBlockingOptions, WebSocketError } from "../../mod.ts";
import { binaryFrame, concat, continuationFrame, frame, opcodes, pingFrame } from "../support/frames.ts";
import { bounded } from "../client/setup.ts";
import { type FloodOptions, FloodTransport } from "./flood_transport.ts";
import { MemoryWatch } from "./memory_watch.ts";

const KIB = 1024;
const MIB = KIB * KIB;
const LIMIT = 25_000;
/** Garbage that has not been collected yet, and what a runtime takes for itself when it works for the first time. */
const SLACK_MIB = 64;

/** As many copies as fit in 64 KiB, which is what sockets bring at a time. */
function chunkOf(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = Math.floor(64 * KIB / piece.length);
  return new Uint8Array(Buffer.concat(Array.from({ length: count }, () => piece)));
}

/** How a client came through a flood. */
interface Survival {
  readonly messages: number;
  /** Of the last message. */
  readonly byteLength: number;
  readonly pings: number;
  readonly pongs: number;
  /** Most bytes that waited to be sent. */
  readonly backlog: number;
  readonly end: string;
}

/** Runs a client in a flood; it leaves when the flood stops. Asserts the bound on memory, in MiB. */
async function survive(
  name: string,
  flood: FloodOptions,
  options: NonBlockingOptions & { readonly bound?: number } = {},
): Promise<Survival> {
  const { bound = 0, ...clientOptions } = options;
  let leave = (): void => {};
  const transport = new FloodTransport({
    ...flood,
    next: (number) => {
      const bytes = flood.next(number);
      if (bytes === undefined) leave();
      return bytes;
    },
  });
  const watch = new MemoryWatch();
  const client = await NonBlockingClient.connect("ws://flood.example", { ...clientOptions, transport });
  leave = () => client.forceQuit();
  let [messages, byteLength, pings, pongs, backlog] = [0, 0, 0, 0, 0];
  let end = "quit";
  const count = (client: NonBlockingClient, length: number): void => {
    messages++;
    byteLength = length;
    backlog = Math.max(backlog, client.bufferedAmount);
  };
  const running = client.run({
    onTextMessage: (client, message) => count(client, message.byteLength),
    onBinaryMessage: (client, message) => count(client, message.byteLength),
    onPing: (client) => {
      pings++;
      backlog = Math.max(backlog, client.bufferedAmount);
    },
    onPong: () => void pongs++,
    onConnectionClosed: (_, { code }) => end = `closed ${code}`,
    onError: (_, { code, closeCode }) => end = `error ${code} ${closeCode ?? ""}`.trimEnd(),
  });
  await bounded(name, running, LIMIT);
  const grown = watch.stop();
  if (process.env.FLOOD_REPORT !== undefined) {
    const sent = (transport.sent / MIB).toFixed(1);
    console.log(
      `${name}: ${sent} MiB, ${grown.toFixed(1)} MiB more, longest turn ${
        transport.longestTurn.toFixed(1)
      } ms`,
    );
  }
  assertLess(grown, bound + SLACK_MIB, "MiB more");
  return { messages, byteLength, pings, pongs, backlog, end };
}

/** Chunks that are all the same. */
function repeated(
  piece: Uint8Array,
  chunks: number,
  first?: Uint8Array,
  last?: Uint8Array,
): FloodOptions["next"] {
  const chunk = chunkOf(piece);
  return (number) => {
    if (first !== undefined && number === 0) return first;
    if (number <= chunks) return chunk;
    return number === chunks + 1 ? last : undefined;
  };
}

const start = frame({ opcode: opcodes.binary, fin: false });

describe("floods: memory is bounded", { timeout: 2 * LIMIT }, () => {
  it("pings, and the peer does not read", { timeout: LIMIT }, async () => {
    const piece = pingFrame(new Uint8Array(125));
    const { pings, backlog } = await survive("pings to a deaf peer", {
      next: repeated(piece, 800),
      reads: 100 * KIB,
    });
    assert(pings > 400_000, `${pings}`);
    assertLess(backlog, 40 * KIB);
  });

  it("pongs that nobody asked for", { timeout: LIMIT }, async () => {
    const { pongs } = await survive("pongs", { next: repeated(frame({ opcode: opcodes.pong }), 60) });
    assert(pongs > 1.9e6, `${pongs}`);
  });

  it("a message in a million fragments of one byte, and what comes between", { timeout: LIMIT }, async () => {
    const piece = concat(continuationFrame("x", { fin: false }), pingFrame());
    const chunks = Math.ceil(1e6 / Math.floor(64 * KIB / piece.length));
    const next = repeated(piece, chunks, start, continuationFrame("!"));
    const { messages, byteLength, pings } = await survive("a million fragments", { next });
    assertEquals([messages, byteLength], [1, pings + 1]);
    assert(pings >= 1e6, `${pings}`);
  });

  it("fragments of one byte without end: maxMessageSize", { timeout: LIMIT }, async () => {
    const next = repeated(continuationFrame("x", { fin: false }), 400, start);
    const { end, messages } = await survive("one-byte fragments", { next }, { maxMessageSize: MIB });
    assertEquals([end, messages], ["error LimitExceeded 1009", 0]);
  });

  it("empty fragments without end", { timeout: LIMIT }, async () => {
    const next = repeated(continuationFrame("", { fin: false }), 100, start);
    const { end, messages } = await survive("empty fragments", { next });
    assertEquals([end, messages], ["quit", 0]);
  });

  it("empty messages", { timeout: LIMIT }, async () => {
    const { messages } = await survive("empty messages", { next: repeated(binaryFrame(""), 60) });
    assert(messages > 1.9e6, `${messages}`);
  });

  it("a gigabyte of messages of 1 MiB", { timeout: LIMIT }, async () => {
    const message = binaryFrame(new Uint8Array(MIB));
    // The header's ten bytes make the last piece of each a short one.
    const pieces = Math.ceil(message.length / (64 * KIB));
    const next = (number: number) => {
      const at = number % pieces * 64 * KIB;
      return number < pieces * KIB ? message.subarray(at, at + 64 * KIB) : undefined;
    };
    const { messages } = await survive("a gigabyte", { next });
    assertEquals(messages, KIB);
  });

  it("a declared length costs nothing", { timeout: LIMIT }, async () => {
    const header = frame({ opcode: opcodes.binary, declaredLength: 16 * MIB, lengthBits: 64 });
    const { end } = await survive("a declared length", {
      next: (number) => number === 0 ? header : undefined,
    });
    assertEquals(end, "quit");
  });

  it(
    "data after close: the wait for the peer's Close is limited all the same",
    { timeout: LIMIT },
    async () => {
      const chunk = chunkOf(binaryFrame("x"));
      const transport = new FloodTransport({ next: () => chunk });
      const client = await NonBlockingClient.connect("ws://flood.example", { transport, closeTimeout: 100 });
      const watch = new MemoryWatch();
      const error = await bounded(
        "the end",
        client.run({ onActivated: (client) => client.close() }).then(() => undefined, (error) => error),
      );
      assert(error instanceof WebSocketError);
      assertEquals([error.code, error.phase], ["Timeout", "close"]);
      assertLess(watch.stop(), SLACK_MIB);
    },
  );

  it("a bomb followed by garbage: inflating stops at maxMessageSize", { timeout: LIMIT }, async () => {
    const bomb = deflateRawSync(new Uint8Array(128 * MIB), { finishFlush: 2 /* Z_SYNC_FLUSH */ });
    const message = binaryFrame(new Uint8Array(bomb), { rsv: 4 });
    const garbage = new Uint8Array(64 * KIB).fill(0xff);
    const { end, messages } = await survive("a bomb", {
      next: (number) => number === 0 ? message : number < 100 ? garbage : undefined,
      headers: { "Sec-WebSocket-Extensions": "permessage-deflate" },
    }, { perMessageDeflate: true, maxMessageSize: MIB });
    assertEquals([end, messages], ["error LimitExceeded 1009", 0]);
  });

  it("64 KiB of header in one line", { timeout: LIMIT }, async () => {
    const answer = new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\nX: ${"y".repeat(64 * KIB)}`);
    const transport = new FloodTransport({ next: () => undefined, answer });
    const connecting = NonBlockingClient.connect("ws://flood.example", { transport });
    const error = await bounded("connect", connecting.then(() => undefined, (error) => error));
    assert(error instanceof WebSocketError);
    assertEquals(error.code, "LimitExceeded");
  });
});
