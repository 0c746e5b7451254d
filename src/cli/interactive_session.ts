import type { Reconnecting } from "../client/reconnecting.ts";
import type { CloseInfo } from "../core/close_info.ts";
import { encodeBase64 } from "../core/base64.ts";
import type { Payload } from "../core/payload.ts";
import type { Console } from "./console.ts";
import { describeClose, describeLink } from "./describe.ts";
import { ExitCode, exitCodeOfClose } from "./exit_code.ts";
import { readHistory, writeHistory } from "./history_file.ts";
import { Interruption } from "./interruption.ts";
import type { Link } from "./link.ts";
import { formatMessage, type MessageType } from "./output_format.ts";
import { Prompt } from "./prompt.ts";
import type { SessionOptions } from "./session_options.ts";
import { statsText } from "./stats_text.ts";
import type { System } from "./system.ts";
import { milliseconds } from "./times.ts";
import { readTyped, TYPED_COMMANDS } from "./typed_command.ts";
import { visible, visibleLine } from "./visible.ts";

/** What an {@linkcode InteractiveSession} works with. */
export interface InteractiveParts {
  readonly links: Reconnecting<Link>;
  readonly options: SessionOptions;
  readonly system: System;
  readonly console: Console;
}

const HELP =
  "/ping [TEXT], /binary BASE64, /send TEXT, /stats, /close [CODE [REASON]]; // sends a slash; Ctrl-C leaves";

/** A person at a terminal: what is typed is sent, and what comes is shown above the line being typed. */
export class InteractiveSession {
  readonly #parts: InteractiveParts;
  readonly #interruption: Interruption;
  #prompt: Prompt | undefined;
  #link: Link | undefined;
  #received = 0;
  /** Whether the person wants to leave. */
  #isLeaving = false;

  constructor(parts: InteractiveParts) {
    this.#parts = parts;
    this.#interruption = new Interruption({
      close: () => this.#leave(),
      forceQuit: () => this.#link?.forceQuit(),
    });
  }

  /** Runs to the end; answers the exit code. Throws the `WebSocketError` of a connection that could not be opened. */
  async run(): Promise<number> {
    const { system, links, options, console } = this.#parts;
    const { style } = console;
    const history = await readHistory(system, options.historyFile);
    const removeListener = system.onSignal((signal) => this.#interruption.onSignal(signal));
    const { write } = console;
    let end: CloseInfo | undefined;
    try {
      for await (const link of links) {
        this.#prompt ??= new Prompt(system, {
          onLine: (line) => this.#typed(line),
          onInterrupt: () => this.#interruption.onSignal("SIGINT"),
          onEnd: () => this.#leave(),
          complete: (line) => TYPED_COMMANDS.filter((command) => line !== "" && command.startsWith(line)),
        }, { text: style("bold", "> "), history });
        console.write = (line) => void this.#print(line);
        console.note(`${describeLink(link)}. /help lists commands, Ctrl-C leaves.`);
        end = await this.#use(link);
        if (options.reconnect) console.note(describeClose(end));
      }
    } finally {
      this.#prompt?.close();
      console.write = write;
      removeListener();
      if (this.#prompt !== undefined) await writeHistory(system, options.historyFile, this.#prompt.history);
    }
    return this.#exitCode(end);
  }

  async #use(link: Link): Promise<CloseInfo> {
    this.#link = link;
    const { messages } = this.#parts.options;
    const end = await link.run({
      onActivated: () => {
        for (const data of messages) link.send({ type: "text", data });
        this.#prompt!.show();
      },
      onTextMessage: (_, message) => this.#show("text", message),
      onBinaryMessage: (_, message) => this.#show("binary", message),
      onPong: (_, payload) => this.#pong(payload),
    });
    this.#link = undefined;
    return end;
  }

  #typed(line: string): void {
    const { console } = this.#parts;
    try {
      const command = readTyped(line);
      if (command === undefined) return;
      if (command.type === "help") return console.note(HELP);
      if (this.#link === undefined) return console.error("not connected: it was not sent");
      if (command.type === "stats") return console.note(statsText(this.#link.stats));
      this.#link.send(command);
    } catch (error) {
      console.error((error as Error).message);
    }
  }

  #show(type: MessageType, message: Payload): void {
    const { options, console } = this.#parts;
    if (this.#received === options.count) return;
    const sign = console.style(type === "text" ? "cyan" : "magenta", "< ");
    const label = type === "text" ? "" : console.style("dim", `${message.byteLength} bytes: `);
    const shown = options.output === "json"
      ? visible((formatMessage(type, message, "json") as string).trimEnd())
      : options.output === "base64" || type === "binary"
      ? label + encodeBase64(message.bytes)
      // Further lines are set in, so that none looks like another message.
      : visible(message.text).replaceAll("\n", "\n  ");
    this.#print(sign + shown);
    if (++this.#received === options.count) this.#parts.links.close();
  }

  #pong(payload: Payload): void {
    const { lastRoundTrip } = this.#link!.stats;
    const time = lastRoundTrip === undefined ? "" : ` after ${milliseconds(lastRoundTrip)}`;
    const text = payload.byteLength === 0 ? "" : `: ${visibleLine(payload.text)}`;
    this.#parts.console.note(`pong${time}${text}`);
  }

  /** A terminal that does not keep up slows the server down. */
  #print(text: string): void {
    const { system } = this.#parts;
    const link = this.#link;
    if (this.#prompt!.print(text) || link === undefined) return;
    link.pause();
    system.output.once("drain", () => link.resume());
  }

  #leave(): void {
    this.#isLeaving = true;
    this.#parts.links.close();
  }

  #exitCode(end: CloseInfo | undefined): number {
    const { console } = this.#parts;
    // Left while there was no connection, or none any more.
    if (end === undefined || (this.#isLeaving && end.initiator !== "local")) {
      return this.#interruption.exitCode ?? ExitCode.Ok;
    }
    const code = exitCodeOfClose(end);
    if (code === ExitCode.Ok) console.note(describeClose(end));
    else if (!this.#interruption.isForced) console.error(describeClose(end));
    if (this.#interruption.isForced || this.#interruption.exitCode === ExitCode.Terminated) {
      return this.#interruption.exitCode!;
    }
    return code;
  }
}
