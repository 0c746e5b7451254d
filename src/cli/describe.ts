import { detectRuntime } from "../transport/detect.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { CloseCode } from "../core/close_code.ts";
import type { WebSocketError } from "../core/errors.ts";
import { quote } from "../core/quote.ts";
import type { Link } from "./link.ts";
import { shownUrl } from "./target_url.ts";

/** How a connection ended, in a sentence. */
export function describeClose({ code, reason, wasClean, initiator, error }: CloseInfo): string {
  if (!wasClean && initiator === "none") {
    return `the connection was lost (${code})${error === undefined ? "" : `: ${error.message}`}`;
  }
  // What this side would not put up with.
  if (error !== undefined) return error.message;
  const who = initiator === "local" ? "closed" : "the server closed";
  const what = code === CloseCode.NoStatus ? "without a code" : `with ${code}`;
  const said = reason === "" ? "" : ` ${quote(reason)}`;
  const lack = wasClean ? "" : ", and the closing handshake was not completed";
  return `${who} ${what}${said}${lack}`;
}

/** What was agreed on with a server. */
export function describeLink({ url, protocol, extensions }: Link): string {
  const agreed = [protocol && `subprotocol ${protocol}`, extensions].filter((part) => part !== "");
  return `connected to ${shownUrl(url)}${agreed.length === 0 ? "" : ` (${agreed.join("; ")})`}`;
}

/** What to try when a connection could not be opened; empty where there is nothing to say. */
export function hintFor({ code, message, response }: WebSocketError): string {
  if (code === "TlsFailed") return "--ca FILE trusts another authority, -k any certificate; see --help";
  if (code === "HandshakeFailed" && response !== undefined) {
    const { status } = response;
    if (status === 401 || status === 403) return "credentials go into -H 'Authorization: …', or -H @FILE";
    if (status >= 300 && status < 400) return "-L follows redirects";
  }
  return detectRuntime() === "deno" && /permission|--allow-net/.test(message)
    ? "on Deno: deno run --allow-net …"
    : "";
}
