import { checkBytes, checkCloseCode, checkControlPayload, checkTextBytes } from "../core/check_send.ts";
import { CloseCode } from "../core/close_code.ts";
import { closePayload } from "../core/close_frame.ts";
import { WebSocketError } from "../core/errors.ts";
import { frameSize } from "../core/encoder.ts";
import { Memory } from "../channel/memory.ts";
import { nativeText } from "../driver/native_text.ts";
import type { ControlMessage } from "./events.ts";

const NOTHING = new Uint8Array(0);

/**
 * Refuses what the connection would refuse, here and now: on the other thread nobody is there to be told. `held` bytes
 * of `largestSend` are taken by what is held back. Answers the bytes that a message takes on the wire.
 *
 * @throws {WebSocketError} as the methods of `NonBlockingClient` do.
 */
export function checkControl(message: ControlMessage, largestSend: number, held = 0): number {
  switch (message.type) {
    case "sendText":
      if (typeof message.data !== "string") checkTextBytes(message.data, nativeText.utf8Checks);
      return checkSize(textLength(message.data), largestSend, held);
    case "sendBinary":
      checkBytes("a binary message", message.data);
      return checkSize(message.data.length, largestSend, held);
    case "sendPing":
      checkControlPayload("ping", message.data ?? NOTHING);
      return checkSize(message.data?.length ?? 0, largestSend, held);
    case "sendPong":
      checkControlPayload("pong", message.data ?? NOTHING);
      return checkSize(message.data?.length ?? 0, largestSend, held);
    case "close":
      checkCloseCode(message.code ?? CloseCode.Normal);
      closePayload(CloseCode.Normal, message.reason ?? "");
      return 0;
    case "forceQuit":
      return 0;
    default: {
      // What has no length would spoil the channel for all that follows.
      const { type } = message as { type: unknown };
      throw new WebSocketError("InvalidConfiguration", `control message: unknown type: ${type}`);
    }
  }
}

/** Refuses so many bytes where that is too much. Answers what they take on the wire. */
export function checkSize(length: number, largestSend: number, held = 0): number {
  const size = frameSize(length);
  if (held + size <= largestSend) return size;
  const waiting = held === 0 ? "" : `${held} are held back already, where `;
  throw new WebSocketError(
    "LimitExceeded",
    `sending ${length} bytes: ${waiting}maxBufferedAmount is ${largestSend}`,
  );
}

function textLength(text: string | Uint8Array): number {
  return typeof text === "string" ? Memory.textLength(text) : text.length;
}
