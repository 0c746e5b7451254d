import type { SenderHandle } from "../channel/handle.ts";
import type { Pulse } from "../channel/pulse.ts";
import { Sender } from "../channel/sender.ts";
import type { Diagnostics, DiagnosticsMessage } from "../driver/diagnostics.ts";
import type { Logger } from "../driver/logger.ts";
import { type LogLevel, type Report, reportCodec } from "./reports.ts";

/** What the thread that hosts a connection tells its owner, and how what happens there comes to be told. */
export class HostReports {
  readonly #sender: Sender<Report>;

  constructor(handle: SenderHandle<Report>) {
    this.#sender = Sender.from(handle, { codec: reportCodec });
  }

  /** Of this thread, for the owner. */
  get pulse(): Pulse {
    return this.#sender.pulse;
  }

  /** Resolves when the report is on its way. */
  async send(report: Report): Promise<void> {
    await this.#sender.send(report);
  }

  /** Nothing more will be told. */
  release(): void {
    this.#sender.release();
  }

  /** Tells what is published; `wanted`: whether the owner has subscribers. */
  diagnostics(wanted: boolean): Diagnostics {
    return {
      wants: () => wanted,
      publish: (name, message) => {
        void this.send({ type: "diagnostics", name, message: message as DiagnosticsMessage<never> });
      },
    };
  }

  /** Tells what is logged. */
  logger(): Logger {
    const log = (level: LogLevel) => (message: string): void => {
      void this.send({ type: "log", level, message });
    };
    return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  }
}
