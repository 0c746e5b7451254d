import { WebSocketError } from "../core/errors.ts";
import { connectBlocking, type OpenedPolled } from "../driver/poll_driver.ts";
import { refuseCodecModule } from "./check_deflate.ts";
import { prepare } from "./open_connection.ts";
import type { NonBlockingOptions } from "./options.ts";

/** As `openConnection`, while this thread waits: with the syscall transport only. */
export function openBlocking<Client>(url: string | URL, options: NonBlockingOptions): OpenedPolled<Client> {
  const { target, settings } = prepare(url, options);
  requireSyscall(options, "connectSync");
  refuseCodecModule(options);
  return connectBlocking<Client>(target, settings);
}

/** For what only the syscall transport can do. */
function requireSyscall({ transport }: NonBlockingOptions, what: string): void {
  if (transport === "syscall") return;
  throw new WebSocketError("InvalidConfiguration", `${what}: needs the option transport: "syscall"`);
}
