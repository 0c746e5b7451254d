/**
 * Draws the plots of a run again: `node bench/plot.ts results/<date>.json`.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { drawPlots } from "./plots.ts";
import type { Answer } from "./report.ts";

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Which results? bench/plot.ts <file>");
const { results } = JSON.parse(await readFile(file, "utf8")) as { results: readonly Answer[] };
for (const name of await drawPlots(results, new URL("./plots/", import.meta.url))) {
  console.log(`plots/${name}`);
}
