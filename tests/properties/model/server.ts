import type { MemoryStream } from "../../../src/transport/memory.ts";
import { type PlainFrame, splitFrames } from "../../client/client_frames.ts";
import { clientFrames } from "../../core/support_client_frames.ts";
import { binaryFrame, closeFrame, concat, frame } from "../../support/frames.ts";
import type { Action, ServerAction } from "./actions.ts";

let count = 0;

/** A payload that is like no other: who sent it, a number, and filler up to `size`. */
export function numbered(who: "C" | "S", size: number): string {
  return `${who}${count++} `.padEnd(size, "x");
}

const OPCODES = { text: 1, binary: 2, ping: 9, pong: 10 };

/** A frame that the server sent. */
export interface ServerFrame {
  readonly kind: "text" | "binary" | "ping" | "pong";
  readonly payload: string;
}

/** The server's end: it does what it is told, and checks strictly what it reads. */
export class ModelServer {
  /** Frames that a client may have to hand over. */
  readonly sent: ServerFrame[] = [];
  /** The code of the Close that the server sent behind them, if the client could come to read it. */
  close: { readonly code: number | undefined } | undefined;
  /** How it stopped sending what a client may read: by garbage, the half of a frame, FIN or RST. */
  stopped: "garbage" | "half" | "fin" | "rst" | undefined;
  /** Reset, whatever else came before. */
  reset = false;

  readonly #stream: MemoryStream;
  readonly #answers: boolean;
  #output: Uint8Array = new Uint8Array(0);
  #received: Uint8Array = new Uint8Array(0);
  #ended = false;
  #hasClosed = false;

  constructor(stream: MemoryStream, answers: boolean) {
    this.#stream = stream;
    this.#answers = answers;
    stream.attach({
      onData: (bytes) => this.#read(bytes),
      onWritable: () => this.#flush(),
      onEnd: () => this.perform({ do: "ends" }),
      onClose: () => {},
    });
    stream.resume();
  }

  /** The whole frames that came, each checked, and whether a part of another one is behind them. */
  received(): { readonly frames: readonly PlainFrame[]; readonly isCut: boolean } {
    const { rest } = splitFrames(this.#received);
    const whole = this.#received.subarray(0, this.#received.length - rest.length);
    const frames = clientFrames(whole);
    for (const { fin, rsv } of frames) {
      if (!fin || rsv !== 0) throw new Error("a frame with FIN 0 or RSV bits");
    }
    return { frames, isCut: rest.length > 0 };
  }

  /** Does what a server does; `false` for what is none of its business. */
  perform(action: Action): action is ServerAction {
    switch (action.do) {
      case "sends":
        this.#sendFrame(action);
        return true;
      case "closes":
        this.#sendClose(action.code);
        return true;
      case "sendsGarbage":
        this.#stop("garbage");
        this.#send(frame({ opcode: 3 }));
        return true;
      case "sendsHalf":
        this.#stop("half");
        // So long that whatever follows belongs to it.
        this.#send(binaryFrame("half", { declaredLength: 1 << 19 }));
        return true;
      case "ends":
        this.#stop("fin");
        this.#ended = true;
        this.#flush();
        return true;
      case "resets":
        this.#stop("rst");
        this.reset = true;
        this.#ended = true;
        this.#stream.reset();
        return true;
      default:
        return false;
    }
  }

  get #isDone(): boolean {
    return this.stopped !== undefined || this.close !== undefined;
  }

  #stop(how: NonNullable<typeof this.stopped>): void {
    if (!this.#isDone) this.stopped = how;
  }

  #sendFrame({ kind, size, cut }: ServerAction & { do: "sends" }): void {
    const isControl = OPCODES[kind] >= 8;
    const payload = numbered("S", isControl ? Math.min(size, 40) : size);
    if (!this.#isDone) this.sent.push({ kind, payload });
    const bytes = new TextEncoder().encode(payload);
    const opcode = OPCODES[kind];
    if (isControl || cut === 0) return this.#send(frame({ opcode, payload: bytes }));
    const first = frame({ opcode, fin: false, payload: bytes.subarray(0, cut) });
    this.#send(concat(first, frame({ opcode: 0, payload: bytes.subarray(cut) })));
  }

  #sendClose(code: number | undefined): void {
    if (this.#hasClosed) return;
    this.#hasClosed = true;
    if (!this.#isDone) this.close = { code };
    this.#send(closeFrame(code));
  }

  #send(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.#output = concat(this.#output, bytes);
    this.#flush();
  }

  #flush(): void {
    if (this.#stream.unsent > 0) return;
    const output = this.#output;
    this.#output = new Uint8Array(0);
    if (output.length > 0) this.#stream.write(output, 0, output.length);
    if (this.#ended && this.#stream.unsent === 0) this.#stream.shutdown();
  }

  #read(bytes: Uint8Array): void {
    this.#received = concat(this.#received, bytes);
    if (!this.#answers || this.#hasClosed) return;
    if (!splitFrames(this.#received).frames.some(({ opcode }) => opcode === 8)) return;
    this.#sendClose(1000);
    this.perform({ do: "ends" });
  }
}
