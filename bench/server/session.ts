import { createHash } from "node:crypto";
import type { BunSocket } from "./bun_socket.ts";
import { FrameCounter, PAYLOAD_BYTE, repeatFrame, serverFrame, textPayload } from "./frames.ts";

/** What the path of the URL asks the server to do. */
type Mode = "blast" | "echo" | "sink";

/** Enough for one write to be worth its system call, small enough to stay in the processor's cache. */
const WRITE_SIZE = 256 * 1024;
/** Writes before the event loop gets its turn, should the client read faster than this. */
const WRITES_PER_TURN = 16;

/** One frame, over and over. */
interface Pattern {
  readonly frameLength: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Shared by connections that ask for the same: thousands open in a second. */
const patterns = new Map<string, Pattern>();

function patternOf(size: number, text: boolean): Pattern {
  const key = `${size} ${text}`;
  let pattern = patterns.get(key);
  if (pattern === undefined) {
    const payload = text ? textPayload(size) : new Uint8Array(size).fill(PAYLOAD_BYTE);
    const frame = serverFrame(text ? 1 : 2, payload);
    pattern = { frameLength: frame.length, bytes: repeatFrame(frame, WRITE_SIZE) };
    patterns.set(key, pattern);
  }
  return pattern;
}

/** One connection of the benchmark server. */
export class Session {
  readonly #socket: BunSocket<Session>;
  readonly #counter = new FrameCounter();
  #request = "";
  #mode: Mode | undefined;
  /** One frame, over and over: whatever is sent is a stretch of it. */
  #pattern = new Uint8Array(0);
  #frameLength = 0;
  #position = 0;
  /** Bytes that are to be sent. */
  #owed = 0;
  #answered = 0;
  #spinning = false;
  #closed = false;

  constructor(socket: BunSocket<Session>) {
    this.#socket = socket;
    socket.setNoDelay(true);
  }

  /** Takes bytes from the client. */
  onData(bytes: Uint8Array): void {
    if (this.#mode === undefined) this.#onRequest(bytes);
    else this.#onFrames(bytes);
  }

  /** The socket takes bytes again. */
  onDrain(): void {
    this.#flush();
  }

  /** The connection is gone. */
  onClose(): void {
    this.#closed = true;
    this.#spinning = false;
  }

  #onRequest(bytes: Uint8Array): void {
    this.#request += new TextDecoder("latin1").decode(bytes);
    if (!this.#request.endsWith("\r\n\r\n")) return;
    const target = /^GET (\S+) /.exec(this.#request)?.[1] ?? "/";
    const key = /^sec-websocket-key: *(\S+)/im.exec(this.#request)?.[1] ?? "";
    const accept = createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
    this.#send(
      new TextEncoder().encode(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      ),
    );
    this.#start(new URL(target, "ws://localhost"));
  }

  #start({ pathname, searchParams }: URL): void {
    const size = Number(searchParams.get("size"));
    const text = searchParams.get("kind") === "text";
    const { frameLength, bytes } = patternOf(size, text);
    this.#frameLength = frameLength;
    this.#pattern = bytes;
    this.#mode = pathname.slice(1) as Mode;
    if (this.#mode === "blast") {
      this.#owed = Infinity;
      this.#flush();
    }
    if (searchParams.has("spin")) {
      this.#spinning = true;
      this.#spin();
    }
  }

  #onFrames(bytes: Uint8Array): void {
    const counter = this.#counter;
    counter.push(bytes);
    if (counter.closing) {
      this.#closed = true;
      this.#send(serverFrame(8, new Uint8Array([3, 232])));
      this.#socket.end();
    } else if (this.#mode === "echo") {
      // An answer has the length of its question and not its bytes: unmasking would be this server's time.
      this.#owed += (counter.binary - this.#answered) * this.#frameLength;
      this.#answered = counter.binary;
      this.#flush();
    } else if (this.#mode === "sink" && counter.text > this.#answered) {
      this.#answered = counter.text;
      this.#send(serverFrame(1, new TextEncoder().encode(String(counter.binary))));
    }
  }

  #flush(): void {
    const pattern = this.#pattern;
    let writes = 0;
    while (this.#owed > 0 && !this.#closed) {
      if (writes++ === WRITES_PER_TURN) {
        setImmediate(() => this.#flush());
        return;
      }
      const wanted = Math.min(this.#owed, pattern.length - this.#position);
      const taken = this.#socket.write(pattern, this.#position, wanted);
      if (taken <= 0) return;
      this.#owed -= taken;
      this.#position = (this.#position + taken) % pattern.length;
      if (taken < wanted) return;
    }
  }

  /** Keeps the event loop turning without sleep, so that it finds new bytes at once. */
  #spin(): void {
    if (this.#spinning) setImmediate(() => this.#spin());
  }

  /** For what is short and sent when nothing else is on its way. */
  #send(bytes: Uint8Array): void {
    this.#socket.write(bytes, 0, bytes.length);
  }
}
