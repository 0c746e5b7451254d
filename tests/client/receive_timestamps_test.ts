import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import {
  AsyncClient,
  BlockingClient,
  type Handler,
  NonBlockingClient,
  type NonBlockingOptions,
  WebSocketError,
} from "../../mod.ts";
import type { PolledStream } from "../../src/transport/syscall/polled_stream.ts";
import { tellsReceiveTimes } from "../../src/transport/syscall/timestamped_reader.ts";
import { certificates } from "../support/certificates.ts";
import {
  binaryFrame,
  closeFrame,
  concat,
  opcodes,
  pingFrame,
  pongFrame,
  textFrame,
} from "../support/frames.ts";
import { type RawServer, rawServer } from "../support/raw_server.ts";
import { PeerThread } from "../thread/peer_thread.ts";
import { FarEnd } from "../transport/syscall/far_end.ts";
import { timestampWitness } from "../transport/syscall/timestamp_witness.ts";
import { memoryServer } from "./memory_server.ts";
import { bounded, transports } from "./setup.ts";

const asked = { transport: "syscall", receiveTimestamps: true } as const;

type TimedClient = NonBlockingClient | BlockingClient;

/** Fails unless the current message was received after `earliest`, which is of the same clock, and before now. */
function timeSince(earliest: number, { receivedAt }: TimedClient): number {
  const latest = Date.now() + 1;
  assert(
    receivedAt !== undefined && earliest <= receivedAt && receivedAt < latest,
    `${earliest} ${receivedAt} ${latest}`,
  );
  return receivedAt;
}

/** Answers each message by its own clock, to Close. */
function clockServer(options: Parameters<typeof rawServer>[1] = {}): Promise<RawServer> {
  return rawServer(async (peer) => {
    await peer.handshake();
    while ((await peer.readFrame()).opcode !== opcodes.close) await peer.send(textFrame(String(Date.now())));
    await peer.send(closeFrame(1000));
    await peer.end();
  }, options);
}

/** Asks ten times, and checks what each answer's time is. */
function asking(times: number[]): Handler<TimedClient> {
  return {
    onActivated: (client) => void client.sendText("?"),
    onTextMessage: (client, { text }) => {
      times.push(timeSince(Number(text), client));
      if (times.length < 10) client.sendText("?");
      else client.close();
    },
  };
}

function assertRising(times: readonly number[]): void {
  assertEquals(times.length, 10);
  for (let i = 1; i < times.length; i++) assertLess(times[i - 1], times[i]);
}

describe("receivedAt", { skip: !tellsReceiveTimes }, () => {
  let far: FarEnd;
  let witness: PolledStream;
  before(async () => {
    far = await FarEnd.open();
    witness = timestampWitness(far);
  });
  after(async () => {
    witness.close();
    await far.close();
  });

  for (const tls of [false, true]) {
    it(`NonBlockingClient.run${tls ? ", over TLS" : ""}: after the server's send, before the callback`, async () => {
      const { ca, server: identity } = await certificates();
      await using server = await clockServer(tls ? { tls: identity } : {});
      const client = await NonBlockingClient.connect(server.url, { ...asked, tls: { caCerts: ca } });
      const times: number[] = [];
      await bounded("the client to end", client.run(asking(times)));
      assertRising(times);
    });
  }

  it("messages, pings and pongs have it, and nothing else does", async () => {
    const frames = [
      textFrame("a"),
      binaryFrame(new Uint8Array(1)),
      pingFrame("b"),
      pongFrame("c"),
      closeFrame(1000),
    ];
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      await peer.send(concat(...frames));
      await peer.end();
      await peer.closed();
    });
    const client = await NonBlockingClient.connect(server.url, asked);
    const record = new Set<string>();
    const note = (name: string) => (): void => void record.add(`${name} ${typeof client.receivedAt}`);
    const names = [
      "onActivated",
      "onPoll",
      "onTextMessage",
      "onBinaryMessage",
      "onPing",
      "onPong",
      "onConnectionClosed",
      "onQuit",
    ];
    await bounded("the end", client.run(Object.fromEntries(names.map((name) => [name, note(name)]))));
    note("afterwards")();
    assertEquals([...record], [
      "onActivated undefined",
      "onPoll undefined",
      "onTextMessage number",
      "onBinaryMessage number",
      "onPing number",
      "onPong number",
      "onConnectionClosed undefined",
      "onQuit undefined",
      "afterwards undefined",
    ]);
  });

  it("a message that came with the handshake has the time of its arrival, however late it is handed over", async () => {
    await using server = await rawServer(async (peer) => {
      await peer.handshake({ append: concat(textFrame("early"), closeFrame(1000)) });
      await peer.end();
      await peer.closed();
    });
    const earliest = Date.now();
    const client = await NonBlockingClient.connect(server.url, asked);
    const connected = Date.now() + 1;
    while (Date.now() < connected + 2);
    let time: number | undefined;
    const onTextMessage = () => time = timeSince(earliest, client);
    await bounded("the client to end", client.run({ onTextMessage }));
    assertLess(time!, connected);
  });

  it("a message in several reads has the time of the last", async () => {
    let last = Infinity;
    await using server = await rawServer(async (peer) => {
      await peer.handshake();
      const frame = textFrame("in two parts");
      await peer.send(frame.subarray(0, 5));
      // The client answers when it has read that.
      await peer.readFrame();
      last = Date.now();
      await peer.send(frame.subarray(5));
      await peer.send(closeFrame(1000));
      await peer.end();
      await peer.closed();
    });
    const client = await NonBlockingClient.connect(server.url, asked);
    let answered = false;
    let time: number | undefined;
    await bounded(
      "the client to end",
      client.run({
        onPoll: (client) => {
          if (answered || client.stats.bytesReceived < 5) return;
          answered = true;
          client.sendText("go on");
        },
        onTextMessage: (client) => time = timeSince(last, client),
      }),
    );
    assert(time !== undefined);
  });

  it("undefined where it was not asked for", async () => {
    await using server = await clockServer();
    const client = await NonBlockingClient.connect(server.url, { transport: "syscall" });
    const times: unknown[] = [];
    const onTextMessage = () => {
      times.push(client.receivedAt);
      client.close();
    };
    client.sendText("?");
    await bounded("the client to end", client.run({ onTextMessage }));
    assertEquals(times, [undefined]);
  });

  /** Its server echoes from another thread, so the message tells when it was sent. */
  const echoing = (times: number[]): Handler<TimedClient> => ({
    onActivated: (client) => void client.sendText(String(Date.now())),
    onTextMessage: (client, { text }) => {
      times.push(timeSince(Number(text), client));
      if (times.length < 10) client.sendText(String(Date.now()));
      else client.close();
    },
    onQuit: (client) => assertEquals(client.receivedAt, undefined),
  });

  it("NonBlockingClient.runSync", async () => {
    await using peer = await PeerThread.start("echo");
    const times: number[] = [];
    NonBlockingClient.connectSync(peer.url, { ...asked, spinWaitDuration: null }).runSync(echoing(times));
    assertRising(times);
    await peer.finish();
  });

  it("BlockingClient.run", async () => {
    await using peer = await PeerThread.start("echo");
    const times: number[] = [];
    BlockingClient.connect(peer.url, asked).run(echoing(times));
    assertRising(times);
    await peer.finish();
  });

  it("BlockingClient.read, and run behind it", async () => {
    await using peer = await PeerThread.start("echo");
    const client = BlockingClient.connect(peer.url, asked);
    assertEquals(client.read()?.type, "activated");
    assertEquals(client.receivedAt, undefined);
    const earliest = Date.now();
    client.sendText("one");
    assertEquals(client.read()?.type, "text");
    const time = timeSince(earliest, client);
    // Until the next call.
    assertEquals(client.receivedAt, time);
    assertEquals(client.read(0), undefined);
    assertEquals(client.receivedAt, undefined);
    const times: number[] = [];
    client.run({ ...echoing(times), onPoll: (client) => assertEquals(client.receivedAt, undefined) });
    assertRising(times);
    await peer.finish();
  });

  it("a handler without onError still makes run fail, and one with it hears of it", async () => {
    const violating = () =>
      rawServer(async (peer) => {
        await peer.handshake();
        await peer.send(new Uint8Array([0x83, 0]));
        await peer.closed();
      });
    await using server = await violating();
    const deaf = await NonBlockingClient.connect(server.url, asked);
    const error = await assertRejects(() => bounded("the end", deaf.run({})), WebSocketError);
    assertEquals(error.code, "ProtocolViolation");
    class Listener implements Handler<NonBlockingClient> {
      #code = "";
      onError(_: NonBlockingClient, { code }: WebSocketError): void {
        this.#code = code;
      }
      get code(): string {
        return this.#code;
      }
    }
    const listener = new Listener();
    const client = await NonBlockingClient.connect(server.url, asked);
    await bounded("the client to end", client.run(listener));
    assertEquals(listener.code, "ProtocolViolation");
  });
});

describe("receiveTimestamps where nobody can tell them", () => {
  const needs = 'options: receiveTimestamps needs transport: "syscall", on Linux';
  const nowhere = "ws://127.0.0.1:1";

  async function refusal(options: unknown): Promise<string> {
    const connecting = () => NonBlockingClient.connect(nowhere, options as NonBlockingOptions);
    const error = await assertRejects(connecting, WebSocketError);
    assertEquals(error.code, "InvalidConfiguration");
    return error.message;
  }

  it("refused by NonBlockingClient over any other transport", async () => {
    const others = transports.filter((name) => name !== "syscall");
    for (const transport of [undefined, ...others, memoryServer().transport]) {
      assertEquals(await refusal({ transport, receiveTimestamps: true }), needs);
    }
  });

  it("refused by the clients whose socket is on another thread", async () => {
    const blocking = assertThrows(
      () => BlockingClient.connect(nowhere, { receiveTimestamps: true }),
      WebSocketError,
    );
    assertEquals([blocking.code, blocking.message], ["InvalidConfiguration", needs]);
    for (const transport of transports) {
      const connecting = () => AsyncClient.connect(nowhere, { transport, receiveTimestamps: true } as never);
      const error = await assertRejects(connecting, WebSocketError);
      assertEquals(error.code, "InvalidConfiguration");
      assertEquals(error.message, "options: receiveTimestamps is not an option");
    }
  });

  it("neither true nor false", async () => {
    for (const value of [1, "true", null, {}]) {
      const message = await refusal({ transport: "syscall", receiveTimestamps: value });
      assert(message.startsWith("options: receiveTimestamps is "), message);
      assert(message.endsWith("allowed: true or false"), message);
    }
  });

  it("false asks for nothing", async () => {
    const options = { transport: memoryServer().transport, receiveTimestamps: false };
    const client = await NonBlockingClient.connect("ws://memory.example", options);
    assertEquals(client.receivedAt, undefined);
    client.close();
    assertEquals((await bounded("the client to end", client.run({}))).code, 1000);
    await using peer = await PeerThread.start("echo");
    {
      using blocking = BlockingClient.connect(peer.url, { receiveTimestamps: false });
      assertEquals(blocking.receivedAt, undefined);
    }
    await peer.finish();
  });
});
