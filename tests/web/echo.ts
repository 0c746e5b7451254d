import { frame, opcodes } from "../support/frames.ts";
import type { ClientFrame, RawPeer } from "../support/raw_server.ts";

/** A server's script: echoes messages and notes them, answers Close and ends the connection. */
export function echoing(frames: ClientFrame[] = []): (peer: RawPeer) => Promise<void> {
  return async (peer) => {
    await peer.handshake();
    for (;;) {
      const received = await peer.readFrame();
      const { opcode, payload } = received;
      frames.push(received);
      await peer.send(frame({ opcode, payload }));
      if (opcode === opcodes.close) return await peer.end();
    }
  };
}
