import { Protocol, ProtocolEvent } from "../../src/core/protocol.ts";
import { clientFrames } from "../core/support_client_frames.ts";
import { countingKeys } from "../core/support_transcript.ts";
import { toHex } from "../support/frames.ts";
import { limits } from "./streams.ts";
import { UndiciByteParser, ws } from "./peer_modules.ts";

/** What a decoder made of a stream. */
export interface Verdict {
  /** `text 68 69`; a Close with its code and reason. */
  readonly events: readonly string[];
  /** The close code that it failed with; 0: it would read on, or has read Close. */
  readonly failure: number;
  /** What it says of the failure. */
  readonly why: string;
}

/** Collects the events of one decoder. */
class Events {
  readonly list: string[] = [];

  add(name: string, payload: Uint8Array): void {
    this.list.push(`${name} ${toHex(payload)}`.trimEnd());
  }

  /** What comes is text; answers whether it is UTF-8. */
  addText(payload: Uint8Array): boolean {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(payload);
    } catch {
      return false;
    }
    this.add("text", payload);
    return true;
  }
}

const names = new Map<ProtocolEvent, string>([
  [ProtocolEvent.Text, "text"],
  [ProtocolEvent.Binary, "binary"],
  [ProtocolEvent.Ping, "ping"],
  [ProtocolEvent.Pong, "pong"],
]);
const encoder = new TextEncoder();

/** What ours makes of it. No frame is too large by itself: the others have no such limit. */
export function ourVerdict(stream: Uint8Array): Verdict {
  const protocol = new Protocol({
    maskKeys: countingKeys(),
    maxMessageSize: limits.maxMessageSize,
    maxFrameSize: Number.MAX_SAFE_INTEGER,
    maxBufferedAmount: 1 << 20,
  });
  const events = new Events();
  protocol.receive(stream);
  for (let event; (event = protocol.next()) !== ProtocolEvent.None;) {
    const name = names.get(event);
    if (name !== undefined) events.add(name, protocol.payload.bytes);
    if (event === ProtocolEvent.Close) {
      const { code, reason } = protocol.closeInfo();
      events.add(`close ${code}`, encoder.encode(reason));
    }
  }
  return { events: events.list, failure: protocol.error?.closeCode ?? 0, why: protocol.error?.message ?? "" };
}

/** What `ws` makes of it. */
export async function wsVerdict(stream: Uint8Array): Promise<Verdict> {
  const receiver = new ws.Receiver({ maxPayload: limits.maxMessageSize });
  const events = new Events();
  let failure = 0;
  let why = "";
  receiver.on(
    "message",
    (data: Uint8Array, isBinary: boolean) => events.add(isBinary ? "binary" : "text", data),
  );
  receiver.on("ping", (data: Uint8Array) => events.add("ping", data));
  receiver.on("pong", (data: Uint8Array) => events.add("pong", data));
  receiver.on("conclude", (code: number, reason: Uint8Array) => events.add(`close ${code}`, reason));
  receiver.on("error", (error: Error) => {
    const [statusCode] = Object.getOwnPropertySymbols(error);
    failure = (error as unknown as Record<symbol, number>)[statusCode];
    why = error.message;
  });
  receiver.write(stream);
  // Errors are told a moment later.
  await new Promise((resolve) => setImmediate(resolve));
  return { events: events.list, failure, why };
}

/** What undici makes of it. It checks texts outside of its parser, and its limit on messages is not asked for. */
export function undiciVerdict(stream: Uint8Array): Verdict {
  const events = new Events();
  const written: Uint8Array[] = [];
  let failure = 0;
  let why = "";
  const parser = new UndiciByteParser(
    {
      readyState: 1,
      closeState: new Set(),
      controller: new AbortController(),
      socket: { destroyed: true, write: (bytes: Uint8Array) => void written.push(bytes.slice()) },
      onMessage(opcode: number, data: Uint8Array): void {
        if (failure !== 0) return;
        if (opcode === 2) events.add("binary", data);
        else if (!events.addText(data)) [failure, why] = [1007, "not UTF-8"];
      },
      onPing: (data: Uint8Array) => failure === 0 && events.add("ping", data),
      onPong: (data: Uint8Array) => failure === 0 && events.add("pong", data),
    },
    null,
    { maxFragments: 0, maxPayloadSize: 0 },
  );
  parser.write(stream);
  if (failure !== 0) return { events: events.list, failure, why };
  const close = written.flatMap((bytes) => clientFrames(bytes)).find(({ opcode }) => opcode === 8)?.payload;
  const { closingInfo } = parser;
  if (closingInfo !== undefined && !closingInfo.error) {
    events.add(`close ${closingInfo.code ?? 1005}`, encoder.encode(closingInfo.reason));
  } else if (close !== undefined) {
    [failure, why] = [(close[0] << 8) | close[1], new TextDecoder().decode(close.subarray(2))];
  }
  return { events: events.list, failure, why };
}
