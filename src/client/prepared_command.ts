import { checkPrepared, type PreparedMessage } from "../core/prepared_message.ts";
import type { SendOptions } from "../driver/send_options.ts";
import type { SendBinaryMessage, SendTextMessage } from "./events.ts";

/** A prepared message as another thread is told of it: the bytes are copied there, and the encoding is saved. */
export function preparedCommand(
  message: PreparedMessage,
  options?: SendOptions,
): SendTextMessage | SendBinaryMessage {
  checkPrepared(message);
  const type = message.type === "text" ? "sendText" : "sendBinary";
  return { type, data: message.bytes, compress: options?.compress };
}
