import { type ClientOptions, NonBlockingClient } from "../../mod.ts";
import type { ConformanceCase } from "./case.ts";
import { Recorder, type Recording } from "./recorder.ts";

/** A client style: runs a case's program once and tells what it was told. */
export interface Style {
  readonly name: string;
  /** The transports to run it on, by name; the runtime's own first. */
  readonly transports: readonly NonNullable<ClientOptions["transport"]>[];
  run(subject: ConformanceCase, url: string, options: ClientOptions): Promise<Recording>;
}

/** Callbacks on this thread. */
export const nonBlocking: Style = {
  name: "non-blocking",
  transports: eventDrivenTransports(),
  async run(subject, url, options) {
    const recorder = new Recorder(subject);
    let client: NonBlockingClient;
    try {
      client = await NonBlockingClient.connect(url, options);
    } catch (error) {
      return recorder.refused(error);
    }
    try {
      return recorder.resolved(await client.run(recorder.handler()));
    } catch (error) {
      return recorder.rejected(error);
    }
  },
};

/** Every style there is. */
export const styles: readonly Style[] = [nonBlocking];

function eventDrivenTransports(): ("deno" | "bun" | "node")[] {
  if ("Deno" in globalThis) return ["deno", "node"];
  if ("Bun" in globalThis) return ["bun", "node"];
  return ["node"];
}
