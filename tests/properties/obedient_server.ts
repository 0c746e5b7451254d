import { closeFrame, frame, opcodes, pingFrame, textFrame } from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";

/** What a client can tell the server to do: the texts, and what the server does. */
export const ORDERS = ["!ping", "!texts", "!close", "!fin", "!reset", "!garbage"] as const;
export type Order = (typeof ORDERS)[number];

/** Echoes messages, and does what it is told. */
export async function obey(peer: RawPeer): Promise<void> {
  await peer.handshake();
  for (;;) {
    const { opcode, payload, close } = await peer.readFrame();
    const order = opcode === opcodes.text ? new TextDecoder().decode(payload) as Order : undefined;
    if (opcode === opcodes.close) {
      await peer.send(closeFrame(close?.code));
      await peer.end();
      return void await peer.closed();
    } else if (opcode !== opcodes.text && opcode !== opcodes.binary) {
      continue;
    } else if (order === "!ping") {
      await peer.send(pingFrame("p"));
    } else if (order === "!texts") {
      for (let number = 0; number < 3; number++) await peer.send(textFrame(`t${number}`));
    } else if (order === "!close") {
      await peer.send(closeFrame(3000, "bye"));
    } else if (order === "!fin") {
      await peer.end();
      return void await peer.closed();
    } else if (order === "!reset") {
      return peer.reset();
    } else if (order === "!garbage") {
      await peer.send(frame({ opcode: 3 }));
    } else {
      await peer.send(frame({ opcode, payload }));
    }
  }
}
