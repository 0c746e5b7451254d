import type { Reconnecting } from "../client/reconnecting.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { Payload } from "../core/payload.ts";
import { eventLoopClock } from "../driver/clock.ts";
import type { Console } from "./console.ts";
import { describeClose } from "./describe.ts";
import { ExitCode, exitCodeOfClose } from "./exit_code.ts";
import { Farewell } from "./farewell.ts";
import { readLine } from "./input_format.ts";
import { inputLines } from "./input_lines.ts";
import { Interruption } from "./interruption.ts";
import type { Link } from "./link.ts";
import { MessageOutput } from "./message_output.ts";
import { formatMessage, type MessageType } from "./output_format.ts";
import type { SessionOptions } from "./session_options.ts";
import type { System } from "./system.ts";
import { UsageError } from "./usage_error.ts";
import { visible } from "./visible.ts";

/** What a {@linkcode Pipe} works with. */
export interface PipeParts {
  readonly links: Reconnecting<Link>;
  readonly options: SessionOptions;
  readonly system: System;
  readonly console: Console;
  /** Bytes of an input line at most. */
  readonly maxLine: number;
}

/** Milliseconds to wait for what is under way, while nothing moves. */
const PATIENCE = 5_000;
/** Milliseconds for the closing handshake when nobody reads any more. */
const HASTE = 500;

/** Joins the input and the output to a connection: each line a message, each message a line. */
export class Pipe {
  readonly #parts: PipeParts;
  readonly #output: MessageOutput;
  readonly #interruption: Interruption;
  readonly #farewell: Farewell;
  #link: Link | undefined;
  #received = 0;
  /** Whether the backlog is too long for more. */
  #isFull = false;
  #wakers: (() => void)[] = [];
  #isOver = false;
  /** Whether the input has ended, and only what is under way is waited for. */
  #isLeaving = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failure: UsageError | undefined;

  constructor(parts: PipeParts) {
    this.#parts = parts;
    this.#output = new MessageOutput(parts.system.output, () => this.#leave());
    this.#farewell = new Farewell({
      clock: eventLoopClock,
      patience: PATIENCE,
      isOutputFull: () => this.#output.isFull,
      onDone: () => this.#close(),
    });
    this.#interruption = new Interruption({
      close: () => this.#close(),
      forceQuit: () => this.#link?.forceQuit(),
    });
  }

  /** Runs to the end; answers the exit code. Throws the `WebSocketError` of a connection that could not be opened. */
  async run(): Promise<number> {
    const { system, links, options, console } = this.#parts;
    const removeListener = system.onSignal((signal) => this.#interruption.onSignal(signal));
    // Not waited for: a read that is under way cannot be called off everywhere.
    void (options.readsInput ? this.#feed() : this.#inputEnded());
    let end: CloseInfo | undefined;
    try {
      for await (const link of links) {
        end = await this.#use(link);
        if (options.reconnect && !this.#isOver) console.note(describeClose(end));
      }
    } finally {
      this.#isOver = true;
      clearTimeout(this.#timer);
      this.#farewell.stop();
      this.#wake();
      system.input.destroy();
      removeListener();
      this.#output.release();
    }
    return this.#exitCode(end);
  }

  async #use(link: Link): Promise<CloseInfo> {
    const { messages } = this.#parts.options;
    this.#link = link;
    this.#output.source = link;
    this.#isFull = false;
    const end = await link.run({
      onActivated: () => {
        for (const data of messages) link.send({ type: "text", data });
        if (this.#isLeaving) this.#farewell.begin(link);
        this.#wake();
      },
      onPong: (_, payload) => this.#farewell.onPong(payload),
      onTextMessage: (_, message) => this.#take("text", message),
      onBinaryMessage: (_, message) => this.#take("binary", message),
      onDrain: () => {
        this.#isFull = false;
        this.#wake();
      },
    });
    this.#link = undefined;
    this.#farewell.stop();
    return end;
  }

  #take(type: MessageType, message: Payload): void {
    const { options, system } = this.#parts;
    if (this.#received === options.count) return;
    const formatted = formatMessage(type, message, options.output);
    const isRisky = system.isOutputTerminal && typeof formatted === "string";
    const isLast = ++this.#received === options.count;
    // What comes behind it is dropped: a slow output is not to hold up the server's Close.
    if (isLast) this.#output.source = undefined;
    this.#output.write(isRisky ? visible(formatted) : formatted);
    if (isLast) this.#close();
  }

  /** Sends what the input has, no faster than the network takes it. */
  async #feed(): Promise<void> {
    const { system, options, maxLine } = this.#parts;
    let number = 1;
    try {
      for await (const line of inputLines(system.input, maxLine)) {
        const message = readLine(line, options.input);
        await this.#ready();
        if (this.#isOver) return;
        this.#isFull = !this.#link!.send(message);
        number++;
      }
    } catch (error) {
      if (this.#isOver) return;
      this.#failure = new UsageError(`input, line ${number}: ${(error as Error).message}`);
      return this.#close();
    }
    await this.#inputEnded();
  }

  async #inputEnded(): Promise<void> {
    const { wait } = this.#parts.options;
    await this.#ready();
    if (this.#isOver || wait === Infinity) return;
    if (wait > 0) return void (this.#timer = setTimeout(() => this.#close(), wait));
    this.#isLeaving = true;
    this.#farewell.begin(this.#link!);
  }

  /** Waits until something can be sent, or it is over. */
  async #ready(): Promise<void> {
    while (!this.#isOver && (this.#isFull || this.#link?.state !== "open")) {
      await new Promise<void>((resolve) => this.#wakers.push(resolve));
    }
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  /** Nobody reads any more: a server that is slow to say goodbye is not waited for as long as otherwise. */
  #leave(): void {
    this.#close();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#link?.forceQuit(), HASTE);
  }

  #close(): void {
    this.#isOver = true;
    this.#wake();
    this.#parts.links.close();
  }

  #exitCode(end: CloseInfo | undefined): number {
    const { console, options } = this.#parts;
    if (this.#failure !== undefined) {
      console.error(this.#failure.message);
      return ExitCode.Usage;
    }
    if (this.#interruption.exitCode !== undefined) return this.#interruption.exitCode;
    // `head` has seen enough.
    if (this.#output.isBroken || end === undefined) return ExitCode.Ok;
    const code = exitCodeOfClose(end);
    if (code !== ExitCode.Ok) console.error(describeClose(end));
    else if (this.#received < options.count && options.count < Infinity) {
      console.error(`closed after ${this.#received} of ${options.count} messages`);
      return ExitCode.Unanswered;
    }
    return code;
  }
}
