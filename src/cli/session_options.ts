import type { ColorMode } from "./style.ts";
import type { OptionValues } from "./option_values.ts";
import { INPUT_FORMATS, type InputFormat } from "./input_format.ts";
import { OUTPUT_FORMATS, type OutputFormat } from "./output_format.ts";

/** How a session is to go; durations in milliseconds. */
export interface SessionOptions {
  readonly messages: readonly string[];
  readonly input: InputFormat;
  readonly output: OutputFormat;
  readonly readsInput: boolean;
  /** How many messages to take. */
  readonly count: number;
  /** How long to wait when there is nothing more to send. */
  readonly wait: number;
  readonly reconnect: boolean;
  readonly historyFile: string | undefined;
}

/** What says how a session is to go. */
export function sessionOptions(values: OptionValues): SessionOptions {
  const count = values.integer("count") ?? Infinity;
  const readsInput = !values.has("no-input");
  // Whoever asks for so many messages, or listens only, waits for them.
  const patience = count < Infinity || !readsInput ? Infinity : 0;
  return {
    messages: values.all("message"),
    input: values.word("input", INPUT_FORMATS) ?? "text",
    output: values.word("output", OUTPUT_FORMATS) ?? "text",
    readsInput,
    count,
    wait: values.one("wait") === "forever" ? Infinity : values.seconds("wait") ?? patience,
    reconnect: values.has("reconnect"),
    historyFile: values.one("history"),
  };
}

/** How much to tell, and in which colours. */
export interface Manner {
  readonly color: ColorMode;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What says how much to tell. */
export function mannerOf(values: OptionValues): Manner {
  const color = values.word("color", ["auto", "always", "never"]) ?? "auto";
  return { color, quiet: values.has("quiet"), verbose: values.has("verbose") };
}
