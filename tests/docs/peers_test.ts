import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { WebSocket as WebSocketOfUndici } from "undici";
import WebSocketOfWs from "ws";
import { WebSocket as WebSocketOfOurs } from "../../src/web/mod.ts";
import { type HandshakeAnswer, type RawPeer, rawServer } from "../support/raw_server.ts";
import { closeFrame, concat, textFrame } from "../support/frames.ts";
import { readPages } from "./pages.ts";

/** What all of them have in common. */
interface Socket {
  onopen: unknown;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  close(): void;
}
type SocketClass = new (url: string, options?: { headers: Record<string, string> }) => Socket;

/** Those of the README's table that this runtime has, by the head of their column. */
const classes: Readonly<Record<string, unknown>> = "Deno" in globalThis
  ? { here: WebSocketOfOurs, "Deno's own": globalThis.WebSocket }
  : "Bun" in globalThis
  ? { here: WebSocketOfOurs, "Bun's own": globalThis.WebSocket }
  : { here: WebSocketOfOurs, undici: WebSocketOfUndici, "`ws`": WebSocketOfWs };

/** How it went, until the connection ended: what the class told, in order. */
async function talk(type: SocketClass, script: (peer: RawPeer) => Promise<void>): Promise<string[]> {
  await using server = await rawServer(script);
  const told: string[] = [];
  const socket = new type(server.url, { headers: { "x-asked": "yes" } });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`did not end: ${told.join(", ")}`)), 10_000);
    socket.onopen = () => told.push("open");
    socket.onmessage = () => told.push("message");
    // Some of them throw what nobody listens to.
    socket.onerror = () => told.push("error");
    socket.onclose = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  return told;
}

/** Answers the handshake, and closes behind `bytes`. Who has seen enough may be gone by then. */
async function serve(peer: RawPeer, answer: HandshakeAnswer = {}, bytes = new Uint8Array(0)): Promise<void> {
  await peer.handshake(answer);
  await peer.send(concat(bytes, closeFrame(1000))).catch(() => {});
}

/** Whether the class does what a row of the table says. */
const rows: Readonly<Record<string, (type: SocketClass) => Promise<boolean>>> = {
  "headers with the handshake": async (type) => {
    let seen: string | undefined;
    await talk(type, async (peer) => {
      seen = (await peer.readRequest()).header("x-asked");
      await peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    });
    return seen === "yes";
  },
  "permessage-deflate": async (type) => {
    let offered: string | undefined;
    await talk(type, async (peer) => {
      offered = (await peer.readRequest()).header("sec-websocket-extensions");
      await peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    });
    return offered?.includes("permessage-deflate") === true;
  },
  "refuses a wrong `Sec-WebSocket-Accept`": async (type) => {
    const answer = { headers: { "Sec-WebSocket-Accept": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" } };
    return !(await talk(type, (peer) => serve(peer, answer))).includes("open");
  },
  "refuses masked frames of a server": async (type) => {
    const masked = textFrame("hello", { mask: new Uint8Array([1, 2, 3, 4]) });
    return !(await talk(type, (peer) => serve(peer, {}, masked))).includes("message");
  },
};

const { text } = (await readPages()).find(({ path }) => path === "README.md")!;
const table = text.split("\n").filter((line) => line.startsWith("|")).map((line) =>
  line.split("|").map((cell) => cell.trim())
);
const columns = table.find((cells) => cells.includes("Deno's own") && cells.includes("`ws`"))!;

describe("what the README says of others", () => {
  for (const [name, type] of Object.entries(classes)) {
    for (const [row, does] of Object.entries(rows)) {
      it(`${name}: ${row}`, async () => {
        const said = table.find((cells) => cells[1] === row)?.[columns.indexOf(name)];
        assert(said !== undefined, "is in the table");
        assertEquals(await does(type as SocketClass), said === "yes" || said === "on", said);
      });
    }
  }
});
