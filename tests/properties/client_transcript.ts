import type { CloseInfo } from "../../mod.ts";
import { type Actions, recorder } from "../client/recorder.ts";
import { clientFrames } from "../core/support_client_frames.ts";
import { concat, toHex } from "../support/frames.ts";
import { limits } from "./streams.ts";
import { microtasks, pinnedClient } from "./pinned_client.ts";

/** All that a program and a server can see of a connection. */
export interface ClientTranscript {
  /** Callbacks, without `poll` and `idle`. */
  readonly events: readonly string[];
  /** The bytes that the server read, in hexadecimal. */
  readonly output: string;
  readonly outcome: CloseInfo | {
    readonly error: string;
    readonly message: string;
    readonly closeCode?: number;
  };
  readonly state: string;
  readonly framesSent: number;
  readonly framesReceived: number;
}

/** How a stream gets to the client. */
export interface Delivery {
  /** Sizes of the chunks; the rest comes in one. */
  readonly sizes: readonly number[];
  /** How much of it comes with the answer to the opening handshake. */
  readonly leftover: number;
  /** The client closes at the event with this number. */
  readonly closeAt: number;
}

/** Runs a client that echoes everything on a stream that ends with FIN. */
export async function clientTranscript(
  bytes: Uint8Array,
  { sizes, leftover, closeAt }: Delivery,
): Promise<ClientTranscript> {
  const { client, clock, server, connection } = pinnedClient({
    settings: limits,
    near: { splits: [...sizes, bytes.length + 1] },
    leftover: bytes.slice(0, leftover),
  });
  const written: Uint8Array[] = [];
  server.attach({
    onData: (bytes) => void written.push(bytes.slice()),
    onEnd: () => server.shutdown(),
    onWritable: () => {},
    onClose: () => {},
  });
  server.resume();
  server.write(bytes, Math.min(leftover, bytes.length), bytes.length);
  server.shutdown();

  let told = 0;
  const perhapsClose = (): void => {
    if (told++ === closeAt) client.close(3000);
  };
  const actions: Actions = {
    onTextMessage: (client, { text }) => {
      if (client.state === "open") client.sendText(text);
      perhapsClose();
    },
    onBinaryMessage: (client, { bytes }) => {
      if (client.state === "open") client.sendBinary(bytes);
      perhapsClose();
    },
    onPing: perhapsClose,
    onPong: perhapsClose,
  };
  const record = recorder(actions);
  const running = client.run({ ...record.handler, onError: undefined });
  const settled = running.then((close) => close, ({ code, message, closeCode }) => {
    return { error: code, message, closeCode };
  });
  for (let turns = 0; !connection.finished && turns < 50; turns++) {
    await microtasks(20 + bytes.length);
    clock.advance(1000);
  }
  if (!connection.finished) throw new Error(`not finished: ${record.events.join(", ")}`);
  const output = concat(...written);
  clientFrames(output);
  const { framesSent, framesReceived } = client.stats;
  const outcome = await settled;
  return {
    events: record.messages,
    output: toHex(output),
    outcome,
    state: client.state,
    framesSent,
    framesReceived,
  };
}
