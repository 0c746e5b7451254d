import { CONTROL_KIND, UNCOMPRESSED } from "../channel/control_codec.ts";
import type { Codec } from "../channel/codec.ts";
import { Memory } from "../channel/memory.ts";
import { CloseCode } from "../core/close_code.ts";
import { frameSize } from "../core/encoder.ts";
import type { Connection } from "../driver/connection.ts";
import type { SendOptions } from "../driver/send_options.ts";
import { isPartCommand, partCommandOf } from "./part_records.ts";

/** Commands beside the control messages, for the blocking client. */
export const Command = {
  /** Hold back what is sent. */
  Cork: 16,
  /** Write what was held back. */
  Uncork: 17,
} as const;

/** A message for which there is no room in the output now: what waits there must go first. */
export interface Postponed {
  /** Bytes that it takes on the wire. */
  readonly size: number;
  /** Sends it after all. */
  execute(): void;
}

/**
 * Executes commands where they lie in the channel: what is to be sent is masked from there into the output, so it
 * is copied once between threads. Decoding a record executes it, and the item is its kind; unless `maxBufferedAmount`
 * would be passed, then nothing is done and the item says what.
 */
export function executingCodec<Client>(
  connection: () => Connection<Client>,
  maxBufferedAmount: number,
): Codec<number | Postponed> {
  // Messages of other threads that came between the parts of one: they follow it. Few, since who knows of it sends none.
  const held: (() => void)[] = [];
  const execute = (kind: number, memory: Memory, place: Place): void => {
    const { sending } = connection();
    if (isMessage(kind) && sending.inMessage) {
      const kept = Memory.over(memory.copy(place.start, place.end));
      held.push(() => executeNow(connection(), kind, kept, { start: 0, end: place.end - place.start }));
      return;
    }
    executeNow(connection(), kind, memory, place);
    if (held.length === 0 || sending.inMessage) return;
    for (const send of held.splice(0)) send();
  };
  return {
    // The channel is that of the control messages, read in another way.
    name: "control",
    kind: () => 0,
    byteLength: () => 0,
    encode: () => {},
    decode: (kind: number, memory: Memory, start: number, end: number): number | Postponed => {
      const { waiting } = connection().sending;
      const size = isSend(kind) ? frameSize(end - start) : 0;
      if (waiting === 0 || waiting + size <= maxBufferedAmount) {
        execute(kind, memory, { start, end });
        return kind;
      }
      const kept = Memory.over(memory.copy(start, end));
      return { size, execute: () => execute(kind, kept, { start: 0, end: end - start }) };
    },
  };
}

const AS_IT_IS: SendOptions = { compress: false };

/** Whether a command puts a frame into the output that has to fit `maxBufferedAmount`. */
function isSend(kind: number): boolean {
  return isPartCommand(kind) ||
    (kind < Command.Cork && (kind & ~UNCOMPRESSED) <= CONTROL_KIND.sendPong);
}

/** Whether a command sends a whole message. */
function isMessage(kind: number): boolean {
  return kind < Command.Cork && (kind & ~UNCOMPRESSED) <= CONTROL_KIND.sendBinary;
}

/** Where in its memory a command's payload is. */
interface Place {
  readonly start: number;
  readonly end: number;
}

function executeNow<Client>(
  connection: Connection<Client>,
  kind: number,
  memory: Memory,
  { start, end }: Place,
): void {
  const { sending } = connection;
  switch (kind) {
    case CONTROL_KIND.close: {
      const { code, reason } = JSON.parse(memory.readText(start, end)) as { code?: number; reason?: string };
      return connection.close(code ?? CloseCode.Normal, reason ?? "");
    }
    case CONTROL_KIND.forceQuit:
      return connection.forceQuit();
    case Command.Cork:
      return sending.cork();
    case Command.Uncork:
      return sending.uncork();
  }
  // Too late to be sent: the connection has begun to close while the command was on its way.
  if (connection.state !== "open") return;
  const data = memory.bytes.subarray(start, end);
  if (isPartCommand(kind)) {
    const part = partCommandOf(kind);
    if (part.first) sending.begin(part.type, part);
    sending.part(data, part.final);
    return;
  }
  switch (kind) {
    case CONTROL_KIND.sendText:
      sending.text(data);
      break;
    case CONTROL_KIND.sendText | UNCOMPRESSED:
      sending.text(data, AS_IT_IS);
      break;
    case CONTROL_KIND.sendBinary:
      sending.binary(data);
      break;
    case CONTROL_KIND.sendBinary | UNCOMPRESSED:
      sending.binary(data, AS_IT_IS);
      break;
    case CONTROL_KIND.sendPing:
      sending.ping(data);
      break;
    case CONTROL_KIND.sendPong:
      sending.pong(data);
      break;
  }
}
