// Looking names up by oneself: a table, or a function. The first address that connects wins (RFC 8305).
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { hostname, port } = new URL(exampleServer().url);
const url = `ws://feed.example:${port}/`;

await using byTable = await NonBlockingClient.connect(url, {
  lookup: { "feed.example": hostname },
});
console.log(`by a table: ${byTable.state}`);

await using byFunction = await NonBlockingClient.connect(url, {
  async lookup(host, { signal }) {
    const addresses = await askRegistry(host, signal);
    console.log(`${host} has ${addresses.length} addresses`);
    return addresses; // undefined would leave the name to the system
  },
});
console.log(`by a function: ${byFunction.state}`);

/** Stands for a service registry, or a name server of one's own. Nobody listens at the first. */
function askRegistry(_host: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  return Promise.resolve(["127.0.0.99", hostname]);
}
