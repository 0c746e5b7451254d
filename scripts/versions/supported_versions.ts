import { readFile } from "node:fs/promises";
import type { Runtime } from "../runtimes.ts";
import { type Answers, features } from "./try_version.ts";

/** What the README says of a version. */
export interface SupportedVersion {
  readonly runtime: Runtime;
  readonly version: string;
  /** Whether it can do everything; otherwise it runs the three clients, and refuses by name what it cannot do. */
  readonly complete: boolean;
}

/** The versions in the README's table, which is between two markers. */
export async function supportedVersions(): Promise<SupportedVersion[]> {
  const [, table = ""] = (await readFile(new URL("../../README.md", import.meta.url), "utf8"))
    .split("<!-- versions -->");
  return table.trim().split("\n").slice(2).flatMap((row) => {
    const [, name, oldest, between, complete, newest] = row.split("|").map((cell) => cell.trim());
    const all = (complete: boolean, ...cells: (string | undefined)[]) =>
      cells.flatMap((cell) => cell!.match(/[\d.]+/g) ?? []).map((version) => ({
        runtime: name!.toLowerCase() as Runtime,
        version,
        complete,
      }));
    return [...all(false, oldest, between), ...all(true, complete, newest)];
  });
}

/** What is not as the README says, as lines. */
export function broken({ complete }: SupportedVersion, answers: Answers): string[] {
  const clients: readonly string[] = ["non-blocking", "blocking", "async"];
  return features.filter((feature) => {
    if (answers[feature] === "ok") return false;
    return complete || clients.includes(feature) || !answers[feature].startsWith("InvalidConfiguration: ");
  }).map((feature) => `${feature} does not work, and is not refused as it should be`);
}
