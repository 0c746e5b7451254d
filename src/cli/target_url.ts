/** Names and addresses of this machine, for which nobody has a certificate. */
const LOCAL = /^(localhost|[^/?#]*\.localhost|127(\.\d+){3}|\[::1\])(?=[:/?#]|$)/i;

/** The URL that was meant: without a scheme, `wss:`, and `ws:` on this machine. `:8080` is on this machine. */
export function targetUrl(text: string): string {
  if (/^[a-z][a-z0-9.+-]*:\/\//i.test(text) || /^wss?\+unix:/i.test(text)) return text;
  if (/^:\d/.test(text)) return `ws://localhost${text}`;
  return `${LOCAL.test(text) ? "ws" : "wss"}://${text}`;
}

/** A URL to be shown: secrets travel in queries, and in front of an "@". */
export function shownUrl(url: string): string {
  return url.replace(/\?.*$/s, "?…").replace(/\/\/[^/]*@/, "//");
}
