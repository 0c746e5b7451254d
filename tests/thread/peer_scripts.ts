import process from "node:process";
import { assertEquals } from "@std/assert";
import { binaryFrame, closeFrame, concat, hex, opcodes, pingFrame, textFrame } from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import type { Board } from "./board.ts";
import { MESSAGE_SIZE, numberedMessage } from "./numbered_message.ts";

/** A server's part; see each. */
export type Script = (peer: RawPeer, board: Board) => Promise<void>;

/** Answers Close and ends. */
async function closes(peer: RawPeer, code = 1000): Promise<void> {
  await peer.send(closeFrame(code));
  await peer.end();
  await peer.closed();
}

/** What a client says that drops its socket at once: nobody is there to be answered. */
export const GIVEN_UP = 1001;

/** Echoes messages until Close, and counts them. */
const echo: Script = async (peer, board) => {
  await peer.handshake();
  for (;;) {
    const frame = await peer.readFrame();
    if (frame.close?.code === GIVEN_UP) return void await peer.closed();
    if (frame.opcode === opcodes.close) return closes(peer, frame.close?.code);
    if (frame.opcode === opcodes.ping) continue;
    board.add(1);
    await peer.send(frame.opcode === opcodes.text ? textFrame(frame.payload) : binaryFrame(frame.payload));
  }
};

/** Says nothing until the gate opens, and does not read; then reads everything to Close. */
const deaf: Script = async (peer, board) => {
  await peer.handshake();
  peer.pause();
  await board.whenOpen();
  peer.resume();
  for (let frame; (frame = await peer.readFrame()).opcode !== opcodes.close;) board.add(frame.payload.length);
  await closes(peer);
};

/** Says nothing and never reads again. */
const deafForEver: Script = async (peer, board) => {
  await peer.handshake();
  peer.pause();
  await board.whenOpen();
};

/** Pings and closes, and opens the gate when both have been answered. */
const pingsAndCloses: Script = async (peer, board) => {
  await peer.handshake();
  await peer.send(concat(textFrame("first"), pingFrame("alive?")));
  const pong = await peer.readFrame();
  assertEquals([pong.opcode, pong.text], [opcodes.pong, "alive?"]);
  await peer.send(closeFrame(3000, "done"));
  assertEquals((await peer.readFrame()).close?.code, 3000);
  await peer.end();
  await peer.closed();
  board.open();
};

/** Sends numbered messages, {@linkcode FLOOD} bytes of them, and counts the KiB that the system has taken; then closes. */
const floods: Script = async (peer, board) => {
  await peer.handshake();
  for (let number = 0; number < FLOOD / MESSAGE_SIZE; number++) {
    await peer.send(binaryFrame(numberedMessage(number)), { limit: 60_000 });
    board.add(MESSAGE_SIZE / 1024);
  }
  await peer.send(closeFrame(1000), { limit: 60_000 });
  await peer.readFrame({ limit: 60_000 });
  await peer.end();
  await peer.closed();
};
/** Bytes; `FLOOD_MIB=1024` for the full run. */
export const FLOOD: number = Number(process.env.FLOOD_MIB ?? 64) * 1024 * 1024;

/** Sends the same amount as it wants to receive, and does both at once. */
const bothWays: Script = async (peer) => {
  await peer.handshake();
  const sending = (async () => {
    for (let number = 0; number < BOTH_WAYS / MESSAGE_SIZE; number++) {
      await peer.send(binaryFrame(numberedMessage(number)));
    }
  })();
  // Reads on only when all of this has been taken by the client's side.
  await sending;
  for (let number = 0; number < BOTH_WAYS / MESSAGE_SIZE; number++) {
    const { payload } = await peer.readFrame();
    assertEquals(new DataView(payload.buffer, payload.byteOffset).getUint32(0), number);
  }
  await peer.send(closeFrame(1000));
  await peer.readFrame();
  await peer.end();
  await peer.closed();
};
/** Bytes: more than the sockets' buffers hold, less than the channels do. */
export const BOTH_WAYS: number = 3 * 1024 * 1024;

/** The messages that come together with the first are counted. */
const hearsTogether: Script = async (peer, board) => {
  await peer.handshake();
  const first = await peer.readFrame();
  assertEquals(first.text, "1");
  // A header of two bytes, the mask, one byte of text.
  board.add(1 + peer.buffered / 7);
  while ((await peer.readFrame()).opcode !== opcodes.close);
  await closes(peer);
};

/** Wants two headers, then closes. */
const wantsHeaders: Script = async (peer) => {
  const request = await peer.handshake();
  assertEquals([request.header("x-one"), request.header("x-two")], ["1", "2"]);
  await peer.send(closeFrame(1000));
  await peer.readFrame();
  await peer.end();
  await peer.closed();
};

/** Takes the request, counts it, and never answers. */
const mute: Script = async (peer, board) => {
  await peer.readRequest();
  board.add(1);
  await peer.closed();
};

/** Reads, and never answers. */
const listens: Script = async (peer) => {
  await peer.handshake();
  await peer.closed();
};

/** As `listens`, for longer than a thread is waited for that gives no sign of life. */
const listensLong: Script = async (peer) => {
  await peer.handshake();
  await peer.closed({ limit: 60_000 });
};

/** Sends a hundred texts, `0` to `99`, then closes. */
const counts: Script = async (peer) => {
  await peer.handshake();
  await peer.send(
    concat(...Array.from({ length: 100 }, (_, index) => textFrame(`${index}`)), closeFrame(1000)),
  );
  await peer.readFrame();
  await peer.end();
  await peer.closed();
};

/** Sends a text each time that the gate is asked for: one at once, then one more when it opens, then waits. */
const sendsTwice: Script = async (peer, board) => {
  await peer.handshake();
  await peer.send(textFrame("first"));
  await board.whenOpen();
  await peer.send(textFrame("second"));
  const frame = await peer.readFrame();
  assertEquals(frame.opcode, opcodes.close);
  await closes(peer);
};

/** Drops the connection with RST when the gate opens. */
const resets: Script = async (peer, board) => {
  await peer.handshake();
  await board.whenOpen();
  peer.reset();
};

/** Answers the request with this status and body. */
const refuses: Script = async (peer) => {
  await peer.readRequest();
  await peer.send("HTTP/1.1 403 Forbidden\r\nX-Why: not you\r\nContent-Length: 4\r\n\r\nnope");
  await peer.end();
  await peer.closed();
};

/**
 * What a client meets that connects again and again: a refusal, a reset, a frame that is none, Close 1012, and from
 * then on an echo.
 */
const comesBack: Script = async (peer, board) => {
  board.add(1);
  const connection = board.count;
  if (connection > 4) return echo(peer, board);
  if (connection === 1) {
    await peer.readRequest();
    await peer.send("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
    await peer.end();
    return void await peer.closed();
  }
  await peer.handshake();
  await peer.readFrame();
  if (connection === 2) return peer.reset();
  await peer.send(connection === 3 ? hex("83 00") : closeFrame(1012));
  await peer.readFrame();
  await peer.end();
  await peer.closed();
};

/** Every script, by name. */
export const scripts = {
  echo,
  deaf,
  deafForEver,
  pingsAndCloses,
  floods,
  bothWays,
  hearsTogether,
  listens,
  listensLong,
  mute,
  wantsHeaders,
  counts,
  sendsTwice,
  resets,
  refuses,
  comesBack,
} satisfies Record<string, Script>;

/** The name of a script. */
export type ScriptName = keyof typeof scripts;
