import { memoryTransport } from "../../src/transport/memory.ts";
import type { MemoryStream, MemoryStreamOptions } from "../../src/transport/memory.ts";
import type { Transport } from "../../mod.ts";
import { closeFrame, concat, frame, opcodes } from "../support/frames.ts";
import { answerTo, parseRequest } from "../support/raw_server_http.ts";
import { type PlainFrame, splitFrames } from "./client_frames.ts";

/** A server in memory, and the transport that leads to it. */
export interface MemoryServer {
  readonly transport: Transport;
  /** The server's end of the connection, once there is one. */
  readonly stream: MemoryStream;
  /** The client's frames so far. */
  readonly frames: readonly PlainFrame[];
  /** Sends bytes; what is not taken at once goes out by itself. */
  send(bytes: Uint8Array): void;
  /** Sends FIN behind what was sent. */
  end(): void;
}

/** How a {@linkcode memoryServer} behaves. */
export interface MemoryServerOptions {
  readonly client?: MemoryStreamOptions;
  readonly server?: MemoryStreamOptions;
  /** Bytes that leave with the answer to the opening handshake. */
  readonly append?: Uint8Array;
  /** Header fields of that answer beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What to do with a frame. Default: echoes messages, answers Close and then ends the stream. */
  onFrame?(server: MemoryServer, frame: PlainFrame): void;
}

/** A WebSocket server without a socket, for one connection. */
export function memoryServer(options: MemoryServerOptions = {}): MemoryServer {
  const { onFrame = echo } = options;
  const frames: PlainFrame[] = [];
  let pending: Uint8Array = new Uint8Array(0);
  let output: Uint8Array = new Uint8Array(0);
  let open = false;
  let ending = false;
  let stream: MemoryStream | undefined;
  const flush = () => {
    while (output.length > 0 && server.stream.unsent === 0) {
      const bytes = output;
      output = new Uint8Array(0);
      server.stream.write(bytes, 0, bytes.length);
    }
    if (ending && output.length === 0) server.stream.shutdown();
  };
  const server: MemoryServer = {
    transport: memoryTransport((accepted) => {
      stream = accepted;
      accepted.attach({ onData, onWritable: flush, onEnd: () => server.end(), onClose: () => {} });
      accepted.resume();
    }, options),
    get stream() {
      return stream!;
    },
    frames,
    send(bytes: Uint8Array) {
      output = concat(output, bytes);
      flush();
    },
    end() {
      ending = true;
      flush();
    },
  };
  const onData = (bytes: Uint8Array) => {
    pending = concat(pending, bytes);
    if (!open) {
      const text = new TextDecoder("latin1").decode(pending);
      const end = text.indexOf("\r\n\r\n") + 4;
      if (end < 4) return;
      open = true;
      pending = pending.subarray(end);
      server.send(
        answerTo(parseRequest(text.slice(0, end)), { append: options.append, headers: options.headers }),
      );
    }
    const read = splitFrames(pending);
    pending = read.rest;
    for (const received of read.frames) {
      frames.push(received);
      onFrame(server, received);
    }
  };
  return server;
}

function echo(server: MemoryServer, { opcode, payload }: PlainFrame): void {
  if (opcode === opcodes.text || opcode === opcodes.binary) server.send(frame({ opcode, payload }));
  else if (opcode === opcodes.close) {
    server.send(closeFrame(1000));
    server.end();
  }
}
