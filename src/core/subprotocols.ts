import { WebSocketError } from "./errors.ts";
import { quote } from "./quote.ts";
import { isToken } from "./field_syntax.ts";

/**
 * Checks the `protocols` option: the subprotocols to offer, in order of preference (RFC 6455 §4.1: unique
 * tokens).
 *
 * @throws {WebSocketError} `InvalidConfiguration`, with the value.
 */
export function checkSubprotocols(protocols: string | readonly string[] | undefined): readonly string[] {
  if (protocols === undefined) return [];
  if (typeof protocols !== "string" && !Array.isArray(protocols)) {
    throw invalid("neither a string nor a list of strings", protocols);
  }
  // A copy, and without holes, which `forEach` would pass over.
  const list = typeof protocols === "string" ? [protocols] : Array.from<string>(protocols);
  list.forEach((protocol, index) => {
    if (typeof protocol !== "string" || !isToken(protocol)) {
      throw invalid("a subprotocol must be a token of RFC 9110", protocol);
    }
    if (list.indexOf(protocol) !== index) throw invalid("a subprotocol is listed twice", protocol);
  });
  return list;
}

function invalid(what: string, protocol: unknown): WebSocketError {
  return new WebSocketError(
    "InvalidConfiguration",
    `Invalid \`protocols\`: ${what}: ${quote(protocol)}`,
  );
}
