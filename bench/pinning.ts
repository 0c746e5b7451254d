import { spawnSync } from "node:child_process";
import { cpus } from "node:os";

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

let possible: boolean | undefined;

/** Keeps a program on the last core, where the system has `taskset`. */
export function pinned({ command, args }: Command): Command {
  const core = String(cpus().length - 1);
  possible ??= spawnSync("taskset", ["-c", core, "true"]).status === 0;
  return possible ? { command: "taskset", args: ["-c", core, command, ...args] } : { command, args };
}
