import { WebSocketError } from "./errors.ts";
import { checkHeaders, type HeaderField } from "./headers.ts";
import type { WebSocketUrl } from "./url.ts";

/**
 * The header fields that the user has a request to `url` sent with: the `headers` option, and what user name and
 * password in the URL make.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for a header that cannot be sent, and for both at once.
 */
export function requestFields(
  url: Pick<WebSocketUrl, "authorization">,
  headers: HeadersInit | undefined,
): readonly HeaderField[] {
  const fields = checkHeaders(headers);
  if (url.authorization === undefined) return fields;
  if (fields.some(([name]) => name.toLowerCase() === "authorization")) {
    const message = 'Invalid header "authorization": the URL has a user name or password, too';
    throw new WebSocketError("InvalidConfiguration", message);
  }
  return [...fields, ["Authorization", url.authorization]];
}
