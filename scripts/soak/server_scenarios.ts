import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type ScenarioName, scenarios, type Visit } from "./scenarios.ts";
import { isSame, type Message, messagesOf, type Tally } from "./traffic.ts";

/** What a server has counted, over the connections whose scenario is a complete one. */
export interface ServerCount {
  visits: number;
  readonly sent: Tally;
  readonly received: Tally;
  /** What was not as it should be. */
  readonly faults: string[];
}

/** One connection, and what belongs to it. */
interface Session {
  readonly visit: Visit;
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  /** The TCP socket; over TLS, that below. */
  readonly wire: Socket;
  readonly counts: ServerCount;
  /** What the client shall send. */
  readonly expected: readonly Message[];
  received: number;
}

/** Milliseconds. */
const PAUSE = 30;

/** Ends a request that the scenario does not want to become a WebSocket. */
export function refuse({ scenario }: Visit, socket: Socket): boolean {
  if (scenario === "mute") return true;
  if (scenario === "forbidden") {
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope");
    return true;
  }
  if (scenario !== "cutOff") return false;
  socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: webs");
  return true;
}

/** Plays the server's part. */
export function playScenario(
  visit: Visit,
  webSocket: WebSocket,
  parts: Pick<Session, "socket" | "wire" | "counts">,
): void {
  const expected = messagesOf(-visit.seed, visit.count);
  const session: Session = { ...parts, visit, webSocket, expected, received: 0 };
  webSocket.on("error", () => {});
  webSocket.on("message", (data: Uint8Array, isBinary: boolean) => receive(session, isBinary, data));
  const play: (session: Session) => void = plays[visit.scenario] ?? wait;
  play(session);
}

const plays: Partial<Record<ScenarioName, (session: Session) => unknown>> = {
  pour: (session) => pour(session),
  pourSlowly: (session) => pour(session),
  sink: readNowAndThen,
  fin: async (session) => {
    await sendAll(session);
    session.socket.end();
  },
  reset: async (session) => {
    await sendAll(session);
    session.wire.resetAndDestroy();
  },
  violation: (session) => raw(session, "80 01"),
  tooLarge: (session) => session.webSocket.send(new Uint8Array(2000)),
  unanswered: ({ webSocket }) => webSocket.pause(),
  dead: ({ webSocket }) => webSocket.pause(),
  forceQuit: sendAll,
  aborted: sendAll,
  thrown: sendAll,
};

/** Says nothing, and answers what ws answers by itself. */
function wait(): void {}

async function pour(session: Session): Promise<void> {
  await sendAll(session);
  session.webSocket.close(3001);
}

async function sendAll(session: Session): Promise<void> {
  for (const [index, message] of messagesOf(session.visit.seed, session.visit.count).entries()) {
    if (index % 3 === 0) session.webSocket.ping();
    if (!await send(session, message)) return;
  }
}

/** Answers whether the connection is still there. */
function send({ webSocket, visit, counts }: Session, message: Message): Promise<boolean> {
  const { binary, bytes, fragments } = message;
  if (webSocket.readyState !== webSocket.OPEN) return Promise.resolve(false);
  if (isComplete(visit)) {
    counts.sent.messages++;
    counts.sent.bytes += bytes.length;
  }
  const size = Math.ceil(bytes.length / fragments);
  for (let part = 0; part < fragments - 1; part++) {
    webSocket.send(bytes.subarray(part * size, (part + 1) * size), { binary, fin: false });
    // Control frames may come between fragments (RFC 6455 §5.4).
    if (part % 2 === 0) webSocket.ping("between");
  }
  return new Promise((resolve) => {
    const rest = bytes.subarray((fragments - 1) * size);
    webSocket.send(rest, { binary, fin: true }, (error) => resolve(!error));
  });
}

function receive(session: Session, isBinary: boolean, data: Uint8Array): void {
  const { visit, counts, expected, webSocket } = session;
  if (!isComplete(visit)) return;
  // A steady connection goes through them again and again.
  const message = expected[session.received++ % expected.length];
  counts.received.messages++;
  counts.received.bytes += data.length;
  if (!isSame(message, isBinary, data)) {
    counts.faults.push(
      `${visit.scenario}, seed ${visit.seed}: message ${session.received} of ${data.length} bytes`,
    );
  }
  if (visit.scenario === "echo" && message !== undefined) void send(session, message);
  if (visit.scenario === "sink" && session.received === visit.count) webSocket.close(3002);
}

function readNowAndThen({ webSocket }: Session): void {
  const turn = setInterval(() => {
    if (webSocket.isPaused) webSocket.resume();
    else webSocket.pause();
  }, PAUSE);
  webSocket.once("close", () => clearInterval(turn));
}

function raw({ socket }: Session, digits: string): void {
  socket.write(Uint8Array.from(digits.split(" "), (pair) => parseInt(pair, 16)));
}

/** Whether both ends count. */
function isComplete({ scenario }: Visit): boolean {
  return scenarios[scenario].complete === true;
}
