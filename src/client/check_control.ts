import { checkCloseCode, checkControlPayload, checkTextBytes } from "../core/check_send.ts";
import { CloseCode } from "../core/close_code.ts";
import { closePayload } from "../core/close_frame.ts";
import { WebSocketError } from "../core/errors.ts";
import { frameSize } from "../core/protocol.ts";
import { Memory } from "../channel/memory.ts";
import type { ControlMessage } from "./events.ts";

const NOTHING = new Uint8Array(0);

/**
 * Refuses what the connection would refuse, here and now: on the other thread nobody is there to be told.
 *
 * @throws {WebSocketError} as the methods of `NonBlockingClient` do.
 */
export function checkControl(message: ControlMessage, largestSend: number): void {
  switch (message.type) {
    case "sendText":
      if (typeof message.data !== "string") checkTextBytes(message.data);
      checkSize(textLength(message.data), largestSend);
      break;
    case "sendBinary":
      checkSize(message.data.length, largestSend);
      break;
    case "sendPing":
      checkControlPayload("ping", message.data ?? NOTHING);
      break;
    case "sendPong":
      checkControlPayload("pong", message.data ?? NOTHING);
      break;
    case "close":
      checkCloseCode(message.code ?? CloseCode.Normal);
      closePayload(CloseCode.Normal, message.reason ?? "");
  }
}

function checkSize(length: number, largestSend: number): void {
  if (frameSize(length) <= largestSend) return;
  throw new WebSocketError("LimitExceeded", `sending ${length} bytes: maxBufferedAmount is ${largestSend}`);
}

function textLength(text: string | Uint8Array): number {
  return typeof text === "string" ? Memory.textLength(text) : text.length;
}
