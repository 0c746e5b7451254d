/**
 * What the protocol core costs by itself, without sockets: nanoseconds per message, the least of several
 * rounds. Steady where the other programs are not, and so the one to look at while changing the core.
 *
 * `node bench/core.ts [case]`, in any runtime; a case alone is faster than in company, since the engine then
 * sees one kind of handler.
 *
 * @module
 */
import { MaskKeys } from "../src/core/mask.ts";
import { Protocol, ProtocolEvent } from "../src/core/protocol.ts";
import { PAYLOAD_BYTE, repeatFrame, serverFrame, textPayload } from "./server/frames.ts";

/** What a read from a socket brings. */
const CHUNK_SIZE = 64 * 1024;
const ROUNDS = 7;
const ROUND_MS = 60;

let sum = 0;

const CASES: readonly (readonly [name: string, messagesOfOneCall: () => number])[] = [
  ["receive 64 B, untouched", receiving(binaryChunk(64), () => sum++)],
  ["receive 64 B, touched", receiving(binaryChunk(64), ({ payload }) => touch(payload.bytes))],
  ["receive 1 KiB, touched", receiving(binaryChunk(1024), ({ payload }) => touch(payload.bytes))],
  ["receive 64 B text", receiving(textChunk(64), ({ payload }) => sum += payload.text.length)],
  ["receive 1 KiB text", receiving(textChunk(1024), ({ payload }) => sum += payload.text.length)],
  ["send 64 B", sending((protocol, data) => protocol.sendBinary(data), new Uint8Array(64))],
  ["send 1 KiB", sending((protocol, data) => protocol.sendBinary(data), new Uint8Array(1024))],
  ["send 64 B text", sending((protocol, text) => protocol.sendText(text), textOf(64))],
  ["send 1 KiB text", sending((protocol, text) => protocol.sendText(text), textOf(1024))],
];

for (const [name, call] of CASES) {
  if (!name.startsWith(process.argv[2] ?? "")) continue;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push(nanosecondsPerMessage(call));
  console.log(`${name.padEnd(26)}${Math.min(...times).toFixed(1).padStart(8)} ns`);
}
if (sum === 0) throw new Error("Nothing was looked at");

function nanosecondsPerMessage(call: () => number): number {
  const start = performance.now();
  let messages = 0;
  let now = start;
  while (now - start < ROUND_MS) {
    messages += call();
    now = performance.now();
  }
  return (now - start) * 1e6 / messages;
}

function receiving(chunk: Uint8Array, onMessage: (protocol: Protocol) => void): () => number {
  const protocol = openProtocol();
  return () => {
    let messages = 0;
    protocol.receive(chunk);
    for (let event = protocol.next(); event !== ProtocolEvent.None; event = protocol.next()) {
      onMessage(protocol);
      messages++;
    }
    return messages;
  };
}

function sending<Data>(send: (protocol: Protocol, data: Data) => void, data: Data): () => number {
  const protocol = openProtocol();
  return () => {
    for (let i = 0; i < 200; i++) send(protocol, data);
    sum += protocol.output.length;
    protocol.output.clear();
    return 200;
  };
}

function openProtocol(): Protocol {
  return new Protocol({
    maskKeys: new MaskKeys((bytes) => crypto.getRandomValues(bytes)),
    maxFrameSize: 1 << 20,
    maxMessageSize: 1 << 20,
    maxBufferedAmount: 1 << 20,
  });
}

function touch(bytes: Uint8Array): void {
  sum += bytes[0] + bytes[bytes.length - 1];
}

function binaryChunk(size: number): Uint8Array {
  return repeatFrame(serverFrame(2, new Uint8Array(size).fill(PAYLOAD_BYTE)), CHUNK_SIZE);
}

function textChunk(size: number): Uint8Array {
  return repeatFrame(serverFrame(1, textPayload(size)), CHUNK_SIZE);
}

function textOf(size: number): string {
  return new TextDecoder().decode(textPayload(size));
}
