import { request } from "node:http";
import { Duplex } from "node:stream";

/** What a parser of HTTP made of an answer's header: names in lower case and values in turn, bytes behind a 101. */
export type ParsedHead =
  | { readonly status: number; readonly headers: readonly string[]; readonly rest: number | undefined }
  | { readonly error: string };

/** What Node's own client makes of an answer, which it gets from memory. Not for the other runtimes' `node:http`. */
export function nodeHead(answer: Uint8Array): Promise<ParsedHead> {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  const subject = request({ createConnection: () => socket, headers, maxHeaderSize: 1 << 20 });
  const { promise, resolve } = Promise.withResolvers<ParsedHead>();
  subject.on("upgrade", ({ statusCode, rawHeaders }, _socket, head) => {
    resolve({ status: statusCode!, headers: withLowerNames(rawHeaders), rest: head.length });
  });
  subject.on("response", (response) => {
    response.on("error", () => {});
    resolve({ status: response.statusCode!, headers: withLowerNames(response.rawHeaders), rest: undefined });
  });
  subject.on("error", (error: Error & { code?: string }) => resolve({ error: error.code ?? error.message }));
  subject.end();
  setImmediate(() => {
    socket.push(answer);
    setImmediate(() => setImmediate(() => resolve({ error: "incomplete" })));
  });
  return promise.finally(() => socket.destroy());
}

/** Of a list of names and values in turn. */
function withLowerNames(headers: readonly string[]): readonly string[] {
  return headers.map((text, index) => index % 2 === 0 ? text.toLowerCase() : text);
}
