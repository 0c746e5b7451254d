/**
 * The server of `deflate.ts`, under Node: accepts permessage-deflate with both context takeovers. `/blast?size=1024`
 * sends messages that were compressed beforehand; `/sink` counts messages without inflating them, and answers a ping
 * with their number in a text.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { createDeflateRaw } from "node:zlib";
import { jsonMessages } from "./deflate_messages.ts";
import { serverFrame } from "./server/frames.ts";

const RSV1 = 0x40;
const TAIL_LENGTH = 4;
const blasts = new Map<number, Uint8Array>();
for (const size of [1024, 65536]) blasts.set(size, await compressedFrames(size));

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => {});
  let request = "";
  socket.on("data", function onRequest(bytes) {
    request += bytes.toString("latin1");
    if (!request.endsWith("\r\n\r\n")) return;
    socket.off("data", onRequest);
    accept(socket, request);
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
process.stdin.on("end", () => process.exit(0)).resume();

function accept(socket: Socket, request: string): void {
  const { pathname, searchParams } = new URL(/^GET (\S+) /.exec(request)![1], "ws://localhost");
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)![1];
  const accepted = createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accepted}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n`,
  );
  if (pathname === "/blast") {
    socket.resume();
    const bytes = blasts.get(Number(searchParams.get("size")))!;
    // The first of the messages refers to none before it, so that they can be sent over and over.
    const write = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on("drain", write);
    write();
  } else {
    const count = messageCounter(() => socket.write(serverFrame(1, new TextEncoder().encode("done"))));
    socket.on("data", count);
  }
}

/** Messages for about a second, back to back. */
async function compressedFrames(size: number): Promise<Uint8Array> {
  const deflater = createDeflateRaw();
  const frames: Uint8Array[] = [];
  for (const message of jsonMessages(size, size < 4096 ? 4000 : 200)) {
    const parts: Buffer[] = [];
    deflater.on("data", (part) => parts.push(part));
    deflater.write(message);
    await new Promise<void>((resolve) => deflater.flush(2, resolve));
    deflater.removeAllListeners("data");
    const frame = serverFrame(1, Buffer.concat(parts).subarray(0, -TAIL_LENGTH));
    frame[0] |= RSV1;
    frames.push(frame);
  }
  return Buffer.concat(frames);
}

/** Steps over a client's frames, and calls back for each ping or binary message: all before it has arrived. */
function messageCounter(onQuestion: () => void): (bytes: Uint8Array) => void {
  let header: number[] = [];
  let missing = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length;) {
      if (missing > 0) {
        const step = Math.min(missing, bytes.length - at);
        missing -= step;
        at += step;
        continue;
      }
      header.push(bytes[at++]);
      const short = header[1] & 127;
      const size = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (header.length < 2 || header.length < size) continue;
      const length = size === 2 ? short : header.slice(2).reduce((value, byte) => value * 256 + byte, 0);
      missing = length + 4;
      if ((header[0] & 15) === 2) onQuestion();
      header = [];
    }
  };
}
