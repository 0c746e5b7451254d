import { assert, assertEquals } from "@std/assert";
import {
  BlockingClient,
  type BlockingOptions,
  type CloseInfo,
  type Handler,
  NonBlockingClient,
  WebSocketError,
} from "../../mod.ts";
import { bounded } from "../client/setup.ts";

/** How one run of the scenario went. */
export interface Outcome {
  /** `closed 1000`, `closed 1006`, `error CODE`, or `refused CODE`. */
  readonly end: string;
  /** What was received before, in order. */
  readonly received: readonly string[];
  /** The code of what the system said, where the end has a cause. */
  readonly cause: string | undefined;
}

/** A way to play the scenario over system calls. */
export interface SyscallStyle {
  readonly name: string;
  /** Whether it looks at the socket again and again, by the event loop. */
  readonly looksOften: boolean;
  play(url: string, options: BlockingOptions): Outcome | Promise<Outcome>;
}

/** Everything in its order. */
export const WHOLE: Outcome = {
  end: "closed 1000",
  received: ["text one", "binary 300", "pong"],
  cause: undefined,
};

const LIMIT = 4000;

/** The ends and what came before them. */
class Notes {
  readonly received: string[] = [];
  readonly ends: string[] = [];
  cause: string | undefined;

  /** Connected, sends a little of everything; closes when it has all come back. */
  handler<Client extends NonBlockingClient | BlockingClient>(): Handler<Client> {
    const note = (client: Client, line: string): void => {
      this.received.push(line);
      if (this.received.length === 3) client.close();
    };
    return {
      onActivated: (client) => {
        client.sendText("one");
        client.sendBinary(new Uint8Array(300));
        client.sendPing();
      },
      onTextMessage: (client, { text }) => note(client, `text ${text}`),
      onBinaryMessage: (client, { byteLength }) => note(client, `binary ${byteLength}`),
      onPong: (client) => note(client, "pong"),
      onConnectionClosed: (_, close) => this.closed(close),
      onError: (_, error) => this.failed("error", error),
      onQuit: () => void this.ends.push("quit"),
    };
  }

  closed({ code, error }: CloseInfo): void {
    this.ends.push(`closed ${code}`);
    this.cause = causeOf(error);
  }

  failed(what: string, error: unknown): void {
    assert(error instanceof WebSocketError, `not typed: ${error}`);
    this.ends.push(`${what} ${error.code}`);
    this.cause = causeOf(error);
  }

  /** Exactly one end, and quit behind it. */
  outcome(): Outcome {
    const { received, cause, ends } = this;
    assertEquals([ends.length, ends.at(-1)], [2, "quit"], ends.join(", "));
    return { end: ends[0]!, received, cause };
  }

  refused(error: unknown): Outcome {
    this.failed("refused", error);
    return { end: this.ends[0]!, received: [], cause: this.cause };
  }
}

function causeOf(error: WebSocketError | undefined): string | undefined {
  return (error?.cause as { code?: string } | undefined)?.code;
}

/** Connects by `connect`, then runs by `run`. */
function played<Client>(connect: () => Client, run: (client: Client, notes: Notes) => void): Outcome {
  const notes = new Notes();
  let client: Client;
  try {
    client = connect();
  } catch (error) {
    return notes.refused(error);
  }
  run(client, notes);
  return notes.outcome();
}

/** Every way in which this thread makes system calls for a client. */
export const syscallStyles: readonly SyscallStyle[] = [
  {
    name: "runSync",
    looksOften: false,
    play: (url, options) =>
      played(
        () => NonBlockingClient.connectSync(url, options),
        (client, notes) => client.runSync(notes.handler()),
      ),
  },
  {
    name: "blocking, run",
    looksOften: false,
    play: (url, options) =>
      played(() => BlockingClient.connect(url, options), (client, notes) => client.run(notes.handler())),
  },
  {
    name: "blocking, read",
    looksOften: false,
    play: (url, options) =>
      played(() => BlockingClient.connect(url, { ...options, readTimeout: LIMIT }), readToEnd),
  },
  {
    name: "beside the event loop",
    looksOften: true,
    async play(url, options) {
      const notes = new Notes();
      let client: NonBlockingClient;
      try {
        client = await bounded("connect", NonBlockingClient.connect(url, options));
      } catch (error) {
        return notes.refused(error);
      }
      await bounded("run", client.run(notes.handler()));
      return notes.outcome();
    },
  },
];

function readToEnd(client: BlockingClient, notes: Notes): void {
  const { onActivated, onTextMessage, onBinaryMessage, onPong } = notes.handler<BlockingClient>();
  for (const event of client) {
    try {
      if (event.type === "activated") onActivated!(client);
      else if (event.type === "text") onTextMessage!(client, { text: event.data } as never);
      else if (event.type === "binary") onBinaryMessage!(client, { byteLength: event.data.length } as never);
      else if (event.type === "pong") onPong!(client, undefined as never);
      else if (event.type === "closed") notes.closed(event.close);
      else if (event.type === "error") notes.failed("error", event.error);
      else if (event.type === "quit") notes.ends.push("quit");
    } catch (error) {
      // A send tells of the loss; how the connection ended is told by the last events all the same.
      assert(error instanceof WebSocketError && error.code === "ConnectionClosed", String(error));
    }
  }
}
