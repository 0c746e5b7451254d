// A program that has nothing to do but to wait for the next attempt: see process_test.ts.
import { reconnect, WebSocketError } from "../../mod.ts";

try {
  for await (const _client of reconnect("ws://127.0.0.1:1", { initialDelay: 20, maxAttempts: 3 }));
} catch (error) {
  console.log(error instanceof WebSocketError ? error.code : error);
}
