/**
 * One runtime's part of the soak: `client.ts SETTINGS`. Prints what it sees as lines of JSON, the result last.
 *
 * @module
 */
import process from "node:process";
import type { SoakServerAddress } from "./server.ts";
import { Soak, type SoakSettings } from "./soak.ts";

/** What the client is told. */
export interface ClientSettings extends SoakSettings {
  readonly server: SoakServerAddress;
}

const { server, ...settings }: ClientSettings = JSON.parse(process.argv[2]!);
const soak = new Soak({ ...settings, server, print: (line) => console.log(JSON.stringify(line)) });
const result = await soak.run();
console.log(JSON.stringify({ result }));
