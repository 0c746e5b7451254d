import { Buffer } from "node:buffer";
import { PassThrough, Writable } from "node:stream";
import { runCommand } from "../../src/cli/run_command.ts";
import type { EndSignal, System } from "../../src/cli/system.ts";
import { bounded } from "../client/setup.ts";

/** What a {@linkcode FakeSystem} is like; by default nothing is a terminal. */
export interface FakeSystemOptions {
  /** What the input has; it ends behind that. Default: the input stays open. */
  readonly input?: string | Uint8Array;
  readonly isOutputTerminal?: boolean;
  readonly files?: Readonly<Record<string, string>>;
}

/** The world around a command, in memory. */
export class FakeSystem implements System {
  readonly input = new PassThrough();
  readonly output: Sink = new Sink();
  readonly errors: Sink = new Sink();
  readonly isInputTerminal = false;
  readonly isOutputTerminal: boolean;
  readonly isErrorTerminal = false;
  readonly noColor = true;
  readonly files: Map<string, string>;
  readonly #listeners = new Set<(signal: EndSignal) => void>();

  constructor({ input, isOutputTerminal = false, files = {} }: FakeSystemOptions = {}) {
    this.isOutputTerminal = isOutputTerminal;
    this.files = new Map(Object.entries(files));
    if (input !== undefined) this.input.end(input);
  }

  columns(): number {
    return 80;
  }

  readText(path: string): Promise<string> {
    const text = this.files.get(path);
    if (text !== undefined) return Promise.resolve(text);
    return Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }));
  }

  writeText(path: string, text: string): Promise<void> {
    this.files.set(path, text);
    return Promise.resolve();
  }

  onSignal(listener: (signal: EndSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  signal(signal: EndSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  /** How many listen to signals. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Runs the command to its end. */
  run(...args: readonly string[]): Promise<number> {
    return bounded(`websocket ${args.join(" ")}`, runCommand(args, this));
  }
}

/** A stream that keeps what is written, and can be held up. */
export class Sink extends Writable {
  #chunks: Uint8Array[] = [];
  #isHeld = false;
  #pending: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 1024 });
  }

  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#chunks));
  }

  get text(): string {
    return new TextDecoder().decode(this.bytes);
  }

  /** Takes nothing until it is released. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#chunks.push(chunk);
    if (this.#isHeld) this.#pending = () => done();
    else done();
  }
}
