import { WebSocket as Ws } from "ws";
import { NonBlockingClient } from "../mod.ts";

/** A client that takes texts and sends them, compressed. */
export interface Compressing {
  /** Sends all of these, in as few writes as the client can. */
  sendAll(texts: readonly string[]): void;
  /** Asks the server, by a binary message that is not compressed, to say when everything before it has arrived. */
  ask(): void;
  close(): void;
}

type Connect = (url: string, onText: (text: string) => void) => Promise<Compressing>;

const QUESTION = new Uint8Array(1);

/** Who is compared, by name. */
export const contestants: Readonly<Record<string, Connect>> = { silver9, ws, own };

async function silver9(url: string, onText: (text: string) => void): Promise<Compressing> {
  const client = await NonBlockingClient.connect(url, { perMessageDeflate: true });
  client.run({ onTextMessage: (_, message) => onText(message.text), onError: () => {} });
  return {
    sendAll: (texts) =>
      client.cork(() => {
        for (const text of texts) client.sendText(text);
      }),
    ask: () => client.sendBinary(QUESTION, { compress: false }),
    close: () => client.forceQuit(),
  };
}

function ws(url: string, onText: (text: string) => void): Promise<Compressing> {
  const client = new Ws(url, { perMessageDeflate: { threshold: 1024 } });
  client.on("message", (data, isBinary) => isBinary || onText(data.toString()));
  return new Promise((resolve, reject) => {
    client.on("error", reject);
    client.on("open", () =>
      resolve({
        sendAll: (texts) => texts.forEach((text) => client.send(text)),
        ask: () => client.send(QUESTION, { compress: false, binary: true }),
        close: () => client.terminate(),
      }));
  });
}

/** The runtime's own: Bun's compresses, Node's (undici) offers nothing, and Deno's neither. */
function own(url: string, onText: (text: string) => void): Promise<Compressing> {
  const client = new WebSocket(url);
  client.binaryType = "arraybuffer";
  client.addEventListener("message", ({ data }) => typeof data === "string" && onText(data));
  return new Promise((resolve, reject) => {
    client.addEventListener("error", reject);
    client.addEventListener("open", () =>
      resolve({
        sendAll: (texts) => texts.forEach((text) => client.send(text)),
        ask: () => client.send(QUESTION),
        close: () => (client as WebSocket & { terminate?(): void }).terminate?.() ?? client.close(),
      }));
  });
}
