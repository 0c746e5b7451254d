import { once } from "node:events";
import { connect as connectNode } from "node:net";
import { bunTcp } from "../server/bun_socket.ts";
import { currentRuntime } from "../runtimes.ts";

/** The runtime's TCP with as little around it as possible. */
export interface RawSocket {
  readonly backlog: number;
  /** Writes bytes that stay unchanged. */
  write(bytes: Uint8Array): void;
  close?(): void;
  /** Gives the thread back, where the socket has it for itself. */
  leave?(): void;
}

/** Takes what was received; the bytes are the socket's again afterwards. */
export type OnData = (bytes: Uint8Array) => void;

const SMALLEST_BUFFER_SIZE = 4 * 1024;
const RECEIVE_BUFFER_SIZE = 256 * 1024;

/** Opens a TCP connection on loopback. */
export function openRawSocket(port: number, onData: OnData): Promise<RawSocket> {
  switch (currentRuntime()) {
    case "deno":
      return openDeno(port, onData);
    case "bun":
      return openBun(port, onData);
    case "node":
      return openNode(port, onData);
  }
}

async function openDeno(port: number, onData: OnData): Promise<RawSocket> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const queue: Uint8Array[] = [];
  let backlog = 0;
  let writing = false;
  const writeQueue = async () => {
    writing = true;
    for (let bytes = queue.shift(); bytes !== undefined; bytes = queue.shift()) {
      let written = 0;
      while (written < bytes.length) written += await connection.write(bytes.subarray(written));
      backlog -= bytes.length;
    }
    writing = false;
  };
  const read = async () => {
    let buffer = new Uint8Array(SMALLEST_BUFFER_SIZE);
    for (;;) {
      const length = await connection.read(buffer);
      if (length === null) return;
      onData(buffer.subarray(0, length));
      // Idle connections keep little.
      if (length === buffer.length && length < RECEIVE_BUFFER_SIZE) buffer = new Uint8Array(2 * length);
    }
  };
  // The connection is gone.
  read().catch(() => {});
  return {
    get backlog() {
      return backlog;
    },
    write(bytes) {
      queue.push(bytes);
      backlog += bytes.length;
      if (!writing) writeQueue();
    },
    close: () => connection.close(),
  };
}

async function openBun(port: number, onData: OnData): Promise<RawSocket> {
  const queue: Uint8Array[] = [];
  let backlog = 0;
  const flush = () => {
    while (queue.length > 0) {
      const bytes = queue[0];
      const taken = Math.max(0, socket.write(bytes, 0, bytes.length));
      backlog -= taken;
      if (taken < bytes.length) {
        queue[0] = bytes.subarray(taken);
        return;
      }
      queue.shift();
    }
  };
  const socket = await bunTcp!.connect<undefined>({
    hostname: "127.0.0.1",
    port,
    socket: { data: (_socket, bytes) => onData(bytes), drain: flush },
  });
  return {
    get backlog() {
      return backlog;
    },
    write(bytes) {
      queue.push(bytes);
      backlog += bytes.length;
      if (queue.length === 1) flush();
    },
    close: () => socket.end(),
  };
}

/** One for all sockets in Node: it is read while the callback runs. */
let sharedBuffer: Uint8Array | undefined;

async function openNode(port: number, onData: OnData): Promise<RawSocket> {
  const buffer = sharedBuffer ??= new Uint8Array(RECEIVE_BUFFER_SIZE);
  const socket = connectNode({
    host: "127.0.0.1",
    port,
    noDelay: true,
    onread: {
      buffer,
      callback: (length) => {
        onData(buffer.subarray(0, length));
        return true;
      },
    },
  });
  await once(socket, "connect");
  return {
    get backlog() {
      return socket.writableLength;
    },
    write: (bytes) => void socket.write(bytes),
    close: () => void socket.destroy(),
  };
}
