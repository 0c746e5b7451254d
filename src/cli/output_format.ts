import { encodeBase64 } from "../core/base64.ts";
import type { Payload } from "../core/payload.ts";

/** How messages are written to the output. */
export const OUTPUT_FORMATS = ["text", "base64", "json", "raw"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** The kinds of message. */
export type MessageType = "text" | "binary";

/** A message as it is written: all but `raw` is one line, unless a text has several. */
export function formatMessage(
  type: MessageType,
  message: Payload,
  format: OutputFormat,
): string | Uint8Array {
  switch (format) {
    case "text":
      return (type === "text" ? message.text : encodeBase64(message.bytes)) + "\n";
    case "base64":
      return encodeBase64(message.bytes) + "\n";
    case "json": {
      const data = type === "text" ? message.text : encodeBase64(message.bytes);
      return JSON.stringify({ type, data }) + "\n";
    }
    case "raw":
      return message.copy();
  }
}
