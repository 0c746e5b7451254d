import type { Reconnecting } from "../client/reconnecting.ts";
import type { CloseInfo } from "../core/close_info.ts";
import type { Console } from "./console.ts";
import { describeClose } from "./describe.ts";
import { ExitCode, exitCodeOfClose } from "./exit_code.ts";
import { Interruption } from "./interruption.ts";
import type { Link, LinkHandler } from "./link.ts";
import type { System } from "./system.ts";

/** What measures something over a link. */
export interface Measuring extends LinkHandler {
  /** The link is there: begin. */
  begin(link: Link): void;
  /** Whether it has all that it was to measure. */
  readonly isDone: boolean;
  /** Stop: it is to end. */
  stop(): void;
  /** It has ended: say what came of it. Answers whether everything was answered. */
  report(): boolean;
}

/** What measuring needs beside the link. */
export interface Surroundings {
  readonly system: System;
  readonly console: Console;
}

/** Lets something measure, to the end or to Ctrl-C. Answers the exit code. */
export async function measure(
  links: Reconnecting<Link>,
  measuring: Measuring,
  { system, console }: Surroundings,
): Promise<number> {
  let link: Link | undefined;
  let end: CloseInfo | undefined;
  const interruption = new Interruption({
    close() {
      measuring.stop();
      links.close();
    },
    forceQuit: () => link?.forceQuit(),
  });
  const removeListener = system.onSignal((signal) => interruption.onSignal(signal));
  const onBroken = (): void => links.close();
  system.output.on("error", onBroken);
  try {
    for await (link of links) {
      measuring.begin(link);
      end = await link.run(measuring);
    }
  } finally {
    measuring.stop();
    system.output.off("error", onBroken);
    removeListener();
  }
  if (end === undefined) return interruption.exitCode ?? ExitCode.Ok;
  const allAnswered = measuring.report();
  if (interruption.isForced || interruption.exitCode === ExitCode.Terminated) return interruption.exitCode!;
  const code = exitCodeOfClose(end);
  const isCutShort = end.initiator === "remote" && !measuring.isDone;
  if (code !== ExitCode.Ok || isCutShort) console.error(describeClose(end));
  return code === ExitCode.Ok && (isCutShort || !allAnswered) ? ExitCode.Unanswered : code;
}
