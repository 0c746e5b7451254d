import { binaryFrame, closeFrame, pongFrame, textFrame } from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";

/** Answers pings and Close, echoes the rest; answers what the client sent, Close left out. */
export async function echo(peer: RawPeer): Promise<readonly string[]> {
  const texts: string[] = [];
  for (;;) {
    const frame = await peer.readFrame();
    if (frame.opcode === 8) {
      await peer.send(closeFrame(frame.close?.code));
      await peer.end();
      return texts;
    }
    if (frame.opcode === 9) await peer.send(pongFrame(frame.payload));
    else {
      if (frame.opcode === 1) texts.push(frame.text);
      await peer.send(frame.opcode === 1 ? textFrame(frame.payload) : binaryFrame(frame.payload));
    }
  }
}

/** The handshake, and then the same. */
export async function echoServer(peer: RawPeer): Promise<void> {
  await peer.handshake();
  await echo(peer);
}
