import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { WebSocket } from "@silver9/websocket/web";
import { buildSchema } from "graphql";
import { createClient } from "graphql-ws";
import { useServer } from "graphql-ws/use/ws";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { bounded } from "../client/setup.ts";

const schema = buildSchema(
  "type Query { hello(name: String!): String } type Subscription { count(to: Int!): Int }",
);

/** What the schema answers. */
const roots = {
  query: { hello: ({ name }: { readonly name: string }) => `Hello, ${name}` },
  subscription: {
    async *count({ to }: { readonly to: number }) {
      for (let count = 1; count <= to; count++) yield { count };
    },
  },
};

/** Runs `body` with the URL of a GraphQL server. */
async function withServer(body: (url: string) => Promise<void>): Promise<void> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  const graphql = useServer({ schema, roots }, server);
  try {
    await body(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    await graphql.dispose();
  }
}

describe("code that expects the platform's WebSocket: graphql-ws", () => {
  it("queries, subscribes and closes", async () => {
    await withServer(async (url) => {
      const closed = Promise.withResolvers<CloseEvent>();
      const client = createClient({
        url,
        webSocketImpl: WebSocket,
        lazy: false,
        retryAttempts: 0,
        on: { closed: (event) => closed.resolve(event as CloseEvent) },
      });
      const results = async (query: string) => {
        const answers: unknown[] = [];
        for await (const { data, errors } of client.iterate({ query })) answers.push(data ?? errors);
        return answers;
      };
      assertEquals(await bounded("the query", results('{ hello(name: "you") }')), [{ hello: "Hello, you" }]);
      const counts = await bounded("the subscription", results("subscription { count(to: 3) }"));
      assertEquals(counts, [{ count: 1 }, { count: 2 }, { count: 3 }]);
      await client.dispose();
      const { code, wasClean } = await bounded("the end", closed.promise);
      assertEquals([code, wasClean], [1000, true]);
    });
  });

  it("comes back after the server has gone away", async () => {
    let attempts = 0;
    class Counted extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols);
        attempts++;
        // The first one is cut off in the middle.
        if (attempts === 1) this.addEventListener("message", () => this.close(4999), { once: true });
      }
    }
    await withServer(async (url) => {
      const client = createClient({
        url,
        webSocketImpl: Counted,
        retryAttempts: 2,
        retryWait: () => Promise.resolve(),
        shouldRetry: () => true,
      });
      const query = "subscription { count(to: 1) }";
      const first = client.iterate({ query }).next();
      assertEquals((await bounded("the answer", first)).value?.data, { count: 1 });
      assertEquals(attempts, 2);
      await client.dispose();
    });
  });
});
