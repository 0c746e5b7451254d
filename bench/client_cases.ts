/**
 * The client without sockets and system calls, in the ways that programs use it most.
 *
 * @module
 */
import { NonBlockingClient, type Payload } from "../mod.ts";
import { NullTransport } from "./null_transport.ts";
import { PAYLOAD_BYTE, repeatFrame, serverFrame, textPayload } from "./server/frames.ts";

type Handler = Parameters<NonBlockingClient["run"]>[0];

/** Passes messages, and tells how many. */
export type Pass = () => number;

/** What a read from a socket brings. */
const CHUNK_SIZE = 64 * 1024;
const SENT_AT_ONCE = 200;
/** Made of everything that is looked at, so that no engine leaves the looking out. */
const sum = new Int32Array(1);

/** By name: sets up and answers a function that passes messages and tells how many. */
export const CASES: Readonly<Record<string, () => Promise<Pass>>> = {
  "receive 64 B, untouched": () => receiving(binaryFrame(64), { onBinaryMessage: () => void sum[0]++ }),
  "receive 64 B, touched": () => receiving(binaryFrame(64), { onBinaryMessage: touch }),
  "receive 64 B, as a view": () => receiving(binaryFrame(64), { onBinaryMessage: view }),
  "receive 1 KiB, touched": () => receiving(binaryFrame(1024), { onBinaryMessage: touch }),
  "receive 64 B text": () => receiving(textFrame(64), { onTextMessage: read }),
  "receive 1 KiB text": () => receiving(textFrame(1024), { onTextMessage: read }),
  "send 64 B, corked": () => sending(64, { corked: true }),
  "send 64 B, single": () => sending(64, { corked: false }),
  "send 1 KiB, corked": () => sending(1024, { corked: true }),
  "send 64 B text, corked": () => sending(64, { corked: true, text: true }),
  "send 1 KiB text, corked": () => sending(1024, { corked: true, text: true }),
};

/** Throws when no message was looked at: an engine may have left it out. */
export function checkLooked(): void {
  if (sum[0] === 0) throw new Error("Nothing was looked at");
}

async function receiving(frame: Uint8Array, handler: Handler): Promise<Pass> {
  const { stream } = await connect(handler);
  const chunk = repeatFrame(frame, CHUNK_SIZE);
  return () => {
    stream.deliver(chunk);
    return chunk.length / frame.length;
  };
}

async function sending(size: number, { corked, text = false }: { corked: boolean; text?: boolean }) {
  const { client } = await connect({});
  const data = textPayload(size);
  const string = new TextDecoder().decode(data);
  const sendAll = text
    ? () => {
      for (let i = 0; i < SENT_AT_ONCE; i++) sum[0] += Number(client.sendText(string));
    }
    : () => {
      for (let i = 0; i < SENT_AT_ONCE; i++) sum[0] += Number(client.sendBinary(data));
    };
  return () => {
    if (corked) client.cork(sendAll);
    else sendAll();
    return SENT_AT_ONCE;
  };
}

async function connect(handler: Handler) {
  const transport = new NullTransport();
  const client = await NonBlockingClient.connect("ws://localhost/", { transport });
  client.run(handler);
  return { client, stream: transport.stream };
}

function touch(_client: NonBlockingClient, { source, start, byteLength }: Payload): void {
  sum[0] += source[start] + source[start + byteLength - 1];
}

function view(_client: NonBlockingClient, { bytes }: Payload): void {
  sum[0] += bytes[0] + bytes[bytes.length - 1];
}

function read(_client: NonBlockingClient, { text }: Payload): void {
  sum[0] += text.length + text.charCodeAt(0);
}

function binaryFrame(size: number): Uint8Array {
  return serverFrame(2, new Uint8Array(size).fill(PAYLOAD_BYTE));
}

function textFrame(size: number): Uint8Array {
  return serverFrame(1, textPayload(size));
}
