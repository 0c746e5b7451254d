import { WebSocketError } from "../core/errors.ts";
import { benchOptions, BenchRun } from "./bench_run.ts";
import { clientOptions } from "./client_options.ts";
import { Console, flushed } from "./console.ts";
import { hintFor } from "./describe.ts";
import { ExitCode, exitCodeOfError } from "./exit_code.ts";
import { helpText } from "./help.ts";
import { InteractiveSession } from "./interactive_session.ts";
import { Interruption } from "./interruption.ts";
import { linksTo } from "./links.ts";
import { measure } from "./measurement.ts";
import type { Mode } from "./option_table.ts";
import type { OptionValues } from "./option_values.ts";
import { parseArguments } from "./parse_arguments.ts";
import { pingOptions, PingRun } from "./ping_run.ts";
import { Pipe } from "./pipe.ts";
import { type Manner, mannerOf, sessionOptions } from "./session_options.ts";
import { styleFor } from "./style.ts";
import type { System } from "./system.ts";
import { targetUrl } from "./target_url.ts";
import { UsageError } from "./usage_error.ts";
import { VERSION } from "./version.ts";

/**
 * Does what the arguments say, and answers the exit code, when all output has left: or at the second signal, for a reader
 * may take nothing any more. Does not throw.
 */
export async function runCommand(args: readonly string[], system: System): Promise<number> {
  // Without a listener, a reader that is gone would end the process with a stack trace.
  const streams = [system.output, system.errors];
  const ignore = (): void => {};
  for (const stream of streams) stream.on("error", ignore);
  const forced = Promise.withResolvers<void>();
  const interruption = new Interruption({ close: ignore, forceQuit: forced.resolve });
  const removeListener = system.onSignal((signal) => interruption.onSignal(signal));
  try {
    const code = await run(args, system);
    await Promise.race([forced.promise, Promise.all(streams.map(flushed))]);
    return interruption.isForced ? interruption.exitCode! : code;
  } finally {
    removeListener();
    for (const stream of streams) stream.off("error", ignore);
  }
}

const PLAIN: Manner = { color: "auto", quiet: false, verbose: false };

async function run(args: readonly string[], system: System): Promise<number> {
  let console = new Console(system, PLAIN);
  try {
    const request = parseArguments(args);
    if (request.kind === "version") return print(system, `@silver9/websocket ${VERSION}\n`);
    if (request.kind === "help") {
      const { isOutputTerminal: isTerminal, noColor } = system;
      return print(system, helpText(styleFor("auto", { isTerminal, noColor })));
    }
    console = new Console(system, mannerOf(request.values));
    return await connectAndRun(request, { system, console });
  } catch (error) {
    return explain(error, console);
  }
}

async function connectAndRun(
  { kind, url, values }: { readonly kind: Mode; readonly url: string; readonly values: OptionValues },
  { system, console }: { readonly system: System; readonly console: Console },
): Promise<number> {
  const options = await clientOptions(values, {
    readText: (path) => system.readText(path),
    logger: console.logger,
  });
  const links = linksTo(targetUrl(url), options, values.has("reconnect"));
  const surroundings = { system, console };
  if (kind === "ping") {
    return await measure(links, new PingRun(pingOptions(values), surroundings), surroundings);
  }
  if (kind === "bench") {
    return await measure(links, new BenchRun(benchOptions(values), surroundings), surroundings);
  }
  const parts = { links, options: sessionOptions(values), system, console };
  if (system.isOutputTerminal && parts.options.output === "raw") {
    throw new UsageError("--output raw is not for a terminal, which the bytes could steer");
  }
  const isInteractive = system.isInputTerminal && system.isOutputTerminal && parts.options.readsInput;
  return await (isInteractive ? new InteractiveSession(parts) : new Pipe({ ...parts, maxLine: MAX_LINE }))
    .run();
}

/** Bytes: half of what may wait to be sent. */
const MAX_LINE = 32 << 20;

function print(system: System, text: string): number {
  system.output.write(text);
  return ExitCode.Ok;
}

function explain(error: unknown, console: Console): number {
  if (error instanceof UsageError) {
    console.error(`${error.message}\nwebsocket --help tells more`);
    return ExitCode.Usage;
  }
  if (!(error instanceof WebSocketError)) throw error;
  console.error(error.message);
  const hint = hintFor(error);
  if (hint !== "") console.note(hint);
  return exitCodeOfError(error);
}
