import { closeFrame, hex, textFrame } from "../support/frames.ts";
import type { RawPeer } from "../support/raw_server.ts";
import type { ConformanceCase } from "./case.ts";
import { hears, hearsTheEnd } from "./scripts.ts";

/** What a server does with one connection. */
type Visit = (peer: RawPeer) => Promise<void>;

/** Does not open the WebSocket. */
function answers(status: string, ...fields: readonly string[]): Visit {
  return async (peer) => {
    await peer.readRequest();
    await peer.send([`HTTP/1.1 ${status}`, ...fields, "Content-Length: 0", "", ""].join("\r\n"));
    await peer.end();
    await peer.closed();
  };
}

/** Opens the WebSocket, and ends it so once the program has said something. */
function opens(end: (peer: RawPeer) => unknown): Visit {
  return async (peer) => {
    await peer.handshake();
    await hears(peer, "text hello");
    await end(peer);
    await peer.closed();
  };
}

/** Opens the WebSocket, says this, hears that, and ends the stream. */
function says(bytes: Uint8Array, heard: string): Visit {
  return opens(async (peer) => {
    await peer.send(bytes);
    await hears(peer, heard);
    await peer.end();
    await hearsTheEnd(peer);
  });
}

const unavailable = answers("503 Service Unavailable");
const fin = opens((peer) => peer.end());
const rst = opens((peer) => peer.reset());
/** The program gets what it wants, and closes. */
const enough = opens(async (peer) => {
  await peer.send(textFrame("enough"));
  await hears(peer, "close 1000");
  await peer.send(closeFrame(1000));
  await peer.end();
});

/** What is told of the connections. */
const lost = ["activated", "closed 1006 unclean none", "quit"];
const served = ["activated", "text enough", "closed 1000 clean local", "quit"];

/** Chance is in the middle: of the first delay a half, of each further one three quarters. */
const halfway = { initialDelay: 1000, maxDelay: 10_000, chance: 0.5 };

interface Loop {
  readonly name: string;
  readonly visits: readonly Visit[];
  readonly events: readonly string[];
  /** How the loop ends. Default: by the close of its client. */
  readonly outcome?: string;
  readonly reconnects?: ConformanceCase["reconnects"];
}

/** The server receives one visit after the other, and no further one. */
function loop({ name, visits, events, outcome, reconnects }: Loop): ConformanceCase {
  return {
    number: "49",
    name,
    reconnects: { ...halfway, ...reconnects },
    connections: visits.length,
    client: {
      activated: (client) => client.sendText("hello"),
      "text enough": (client) => client.close(),
    },
    server: (peer, connection) => visits[connection]!(peer),
    expected: { events, outcome: outcome ?? "resolves 1000 clean local" },
  };
}

/** Connecting again after a connection was lost, or could not be opened: row 49. */
export const reconnectCases: readonly ConformanceCase[] = [
  loop({
    name: "a lost connection is opened again, after a random part of the first delay",
    visits: [fin, enough],
    events: [...lost, "waits 500", ...served],
  }),
  loop({
    name: "that may be no delay at all",
    reconnects: { chance: 0 },
    visits: [fin, enough],
    events: [...lost, ...served],
  }),
  loop({
    name: "or nearly all of it",
    reconnects: { chance: 0.999 },
    visits: [rst, enough],
    events: [...lost, "waits 999", ...served],
  }),
  loop({
    name: "the delays grow while nothing opens, up to the longest",
    visits: [unavailable, unavailable, unavailable, unavailable, unavailable, unavailable, enough],
    events: [
      ...["waits 500", "waits 1500", "waits 3000", "waits 6000", "waits 7500", "waits 7500"],
      ...served,
    ],
  }),
  loop({
    name: "the delays grow while connections are lost at once",
    visits: [fin, rst, fin, enough],
    events: [...lost, "waits 500", ...lost, "waits 1500", ...lost, "waits 3000", ...served],
  }),
  loop({
    name: "after a connection that lasted, the delays begin anew",
    reconnects: { lasting: 10_000 },
    visits: [unavailable, unavailable, fin, unavailable, enough],
    events: ["waits 500", "waits 1500", ...lost, "waits 500", "waits 1500", ...served],
  }),
  ...[1000, 1001, 1011, 1012, 1013].map((code) =>
    loop({
      name: `Close ${code} of the server is no end`,
      visits: [says(closeFrame(code), `close ${code}`), enough],
      events: ["activated", `closed ${code} clean remote`, "quit", "waits 500", ...served],
    })
  ),
  loop({
    name: "a violation is no end",
    visits: [says(hex("83 00"), "close 1002"), enough],
    events: ["activated", "error ProtocolViolation 1002", "quit", "waits 500", ...served],
  }),
  loop({
    name: "the server's Retry-After is kept",
    visits: [answers("503 Service Unavailable", "Retry-After: 7"), enough],
    events: ["waits 7500", ...served],
  }),
  loop({
    name: "a refusal for good is the end",
    visits: [unavailable, answers("403 Forbidden")],
    events: ["waits 500"],
    outcome: "rejects HandshakeFailed 403 [content-length: 0]",
  }),
  loop({
    name: "maxAttempts is the end",
    reconnects: { maxAttempts: 3 },
    visits: [unavailable, fin, unavailable],
    events: ["waits 500", ...lost, "waits 1500"],
    outcome: "rejects HandshakeFailed 503 [content-length: 0]",
  }),
];
