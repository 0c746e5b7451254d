import {
  type CloseInfo,
  type Handler,
  WebSocketError,
  type WebSocketErrorCode,
  type WebSocketEvent,
} from "../../mod.ts";
import type { CommandTarget, ConformanceCase, Expected } from "./case.ts";
import { bytesLine, closeLine, errorLine, textLine } from "./lines.ts";

/** What happened in one run: the same shape as what is expected. */
export type Recording = Expected;

/** Takes note of everything a client tells, and lets the case's program act on it. */
export class Recorder {
  readonly #events: string[] = [];
  readonly #case: ConformanceCase;

  constructor(subject: ConformanceCase) {
    this.#case = subject;
  }

  /** Records a line, then does what the program does on it. */
  note(line: string, client: CommandTarget): void {
    if (line !== this.#case.unrecorded) this.#events.push(line);
    const actions = this.#case.client?.[line] ?? [];
    for (const action of typeof actions === "function" ? [actions] : actions) this.#act(() => action(client));
  }

  /** A handler that records. */
  handler<Client extends CommandTarget & { readonly protocol: string }>(): Handler<Client> {
    const onError = (client: Client, error: WebSocketError) => this.note(`error ${errorLine(error)}`, client);
    return {
      onActivated: (client) => this.note(`activated ${client.protocol}`.trimEnd(), client),
      onTextMessage: (client, message) => {
        this.note(textLine(message.text), client);
        this.#echo(() => client.sendText(message.bytes));
      },
      onBinaryMessage: (client, message) => {
        this.note(bytesLine("binary", message.bytes), client);
        this.#echo(() => client.sendBinary(message.bytes));
      },
      onPing: (client, payload) => this.note(bytesLine("ping", payload.bytes), client),
      onPong: (client, payload) => this.note(bytesLine("pong", payload.bytes), client),
      onConnectionClosed: (client, close) => this.note(`closed ${closeLine(close)}`, client),
      onQuit: (client) => this.note("quit", client),
      ...(this.#case.handlesErrors === false ? {} : { onError }),
    };
  }

  /** Records an event as the handler records its callback. */
  noteEvent(event: WebSocketEvent, client: CommandTarget & { readonly protocol: string }): void {
    this.note(eventLine(event, client.protocol), client);
    if (event.type === "text") this.#echo(() => client.sendText(event.data));
    if (event.type === "binary") this.#echo(() => client.sendBinary(event.data));
  }

  /** Time jumped to the end of a delay between two connections. */
  noteDelay(delay: number): void {
    this.#events.push(`waits ${delay}`);
  }

  /** `connect` failed. The events stay open: what is told later shows. */
  refused(error: unknown): Recording {
    return { events: this.#events, outcome: `connect rejects ${errorLine(error)}` };
  }

  /** `run` answered. */
  resolved(close: CloseInfo): Recording {
    return { events: this.#events, outcome: `resolves ${closeLine(close)}` };
  }

  /** `run` failed. */
  rejected(error: unknown): Recording {
    return { events: this.#events, outcome: `rejects ${errorLine(error)}` };
  }

  #echo(send: () => unknown): void {
    if (this.#case.echoes) this.#act(send);
  }

  #act(action: () => unknown): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      this.#events.push(threw(error.code));
    }
  }
}

function eventLine(event: WebSocketEvent, protocol: string): string {
  switch (event.type) {
    case "activated":
      return `activated ${protocol}`.trimEnd();
    case "text":
      return textLine(event.data);
    case "closed":
      return `closed ${closeLine(event.close)}`;
    case "error":
      return `error ${errorLine(event.error)}`;
    case "quit":
      return "quit";
    case "binary":
    case "ping":
    case "pong":
      return bytesLine(event.type, event.data);
    default:
      throw new Error(`Nobody asked for an event of type ${event.type}`);
  }
}

/** The line for an action that failed. */
export function threw(code: WebSocketErrorCode): string {
  return `threw ${code}`;
}
