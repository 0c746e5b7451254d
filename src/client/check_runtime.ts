import { requireVersion } from "../transport/require_version.ts";

/**
 * Whether this runtime can run a client at all.
 *
 * @throws {WebSocketError} `InvalidConfiguration` for Node before 22, which has no `Promise.withResolvers`.
 */
export function checkRuntime(): void {
  requireVersion({ runtime: "node", since: "22.0.0", what: "@silver9/websocket" });
}
