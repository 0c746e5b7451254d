import { sampleAccept } from "../core/answers.ts";
import { offered } from "./responses.ts";

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const STATUS = /^HTTP\/1\.[0-9] ([1-9][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const FIELD = new RegExp(`^(${TOKEN}):[\\t ]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[\\t ]*$`);

/**
 * Whether an answer, one character per byte, opens a WebSocket, and how many bytes of it belong to the handshake:
 * RFC 6455 §4.1 and RFC 9112 once more, as naive as can be, on the whole answer at once. `undefined`: it does not.
 */
export function referenceUpgrade(answer: string): number | undefined {
  for (let start = 0;;) {
    const end = answer.indexOf("\r\n\r\n", start) + 4;
    if (end < start + 4) return undefined;
    const [statusLine, ...lines] = answer.slice(start, end - 4).split("\r\n");
    const status = STATUS.exec(statusLine)?.[1];
    const fields = lines.map((line) => FIELD.exec(line));
    if (status === undefined || fields.includes(null)) return undefined;
    if (status.startsWith("1") && status !== "101") {
      start = end;
      continue;
    }
    const values = (name: string): string[] =>
      fields.filter((field) => field![1].toLowerCase() === name).map((field) => field![2]);
    const connection = values("connection").flatMap((value) => value.split(","));
    const protocols = values("sec-websocket-protocol");
    const opens = statusLine.startsWith("HTTP/1.1 101") &&
      values("upgrade").join("|").toLowerCase() === "websocket" &&
      connection.some((token) => /^[\t ]*upgrade[\t ]*$/i.test(token)) &&
      values("sec-websocket-accept").join("|") === sampleAccept &&
      values("sec-websocket-extensions").length === 0 &&
      (protocols.length === 0 || (protocols.length === 1 && offered.some((one) => one === protocols[0])));
    return opens ? end : undefined;
  }
}
