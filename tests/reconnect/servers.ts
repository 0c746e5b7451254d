import type { NonBlockingClient, Reconnecting } from "../../mod.ts";
import { closeFrame, opcodes } from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";

/** A server's part. */
export type Script = (peer: RawPeer) => Promise<void>;

/** A server that plays one script after the other, and the last one again and again. */
export function inTurn(...scripts: readonly Script[]): Script {
  let connections = 0;
  return (peer) => scripts[Math.min(connections++, scripts.length - 1)]!(peer);
}

/** Answers Close, whenever it comes. */
export const waitsForClose: Script = async (peer) => {
  await peer.handshake();
  let frame;
  do frame = await peer.readFrame(); while (frame.opcode !== opcodes.close);
  await peer.send(closeFrame(frame.close?.code));
  await peer.end();
};

/** Refuses for the time being. */
export const unavailable: Script = async (peer) => {
  await peer.readRequest();
  await peer.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
  await peer.end();
  await peer.closed();
};

/** Nobody listens there. */
export const nowhere = "ws://127.0.0.1:1/";

/** Runs a loop whose clients are to be closed; answers how many there were. */
export async function drain(loop: Reconnecting<NonBlockingClient>): Promise<number> {
  let clients = 0;
  for await (const client of loop) {
    clients++;
    await client.run({});
  }
  return clients;
}
