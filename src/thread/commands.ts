import { CONTROL_KIND } from "../channel/control_codec.ts";
import type { Codec } from "../channel/codec.ts";
import type { Memory } from "../channel/memory.ts";
import { CloseCode } from "../core/close_code.ts";
import type { Connection } from "../driver/connection.ts";

/** Commands beside the control messages, for the blocking client. */
export const Command = {
  /** Hold back what is sent. */
  Cork: 16,
  /** Write what was held back. */
  Uncork: 17,
} as const;

/**
 * Executes commands where they lie in the channel: what is to be sent is masked from there into the output, so it
 * is copied once between threads. Decoding a record executes it; the item is its kind.
 */
export function executingCodec<Client>(connection: () => Connection<Client>): Codec<number> {
  return {
    // The channel is that of the control messages, read in another way.
    name: "control",
    kind: (kind) => kind,
    byteLength: () => 0,
    encode: () => {},
    decode: (kind: number, memory: Memory, start: number, end: number): number => {
      execute(connection(), kind, memory, { start, end });
      return kind;
    },
  };
}

function execute<Client>(
  connection: Connection<Client>,
  kind: number,
  memory: Memory,
  { start, end }: { readonly start: number; readonly end: number },
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
  switch (kind) {
    case CONTROL_KIND.sendText:
      sending.text(data);
      break;
    case CONTROL_KIND.sendBinary:
      sending.binary(data);
      break;
    case CONTROL_KIND.sendPing:
      sending.ping(data);
      break;
    case CONTROL_KIND.sendPong:
      sending.pong(data);
      break;
  }
}
