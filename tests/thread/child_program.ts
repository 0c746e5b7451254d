/**
 * A program of its own for `process_test.ts`: `child_program.ts <name> <url>`. It prints what it sees as JSON, one
 * value per line, and is to end by itself.
 *
 * @module
 */
import process from "node:process";
import { AsyncClient, BlockingClient, IoThread, WebSocketError } from "../../mod.ts";

const [name, url] = process.argv.slice(2) as [string, string];

function print(value: unknown): void {
  console.log(JSON.stringify(value));
}

function printError(error: unknown): void {
  if (error instanceof WebSocketError) print([error.code, error.phase ?? ""]);
  else print(String(error));
}

const programs: Record<string, () => unknown> = {
  /** No promise anywhere. */
  blocking(): void {
    const client = BlockingClient.connect(url);
    client.sendText("hello");
    print(client.read());
    print(client.read());
    client.close();
    for (const event of client) print(event.type);
  },

  blockingUnfinished(): void {
    const client = BlockingClient.connect(url);
    client.sendText("hello");
    print(client.read()?.type);
  },

  blockingRefused(): void {
    try {
      BlockingClient.connect(url);
    } catch (error) {
      printError(error);
    }
  },

  blockingWorkerMissing(): void {
    try {
      BlockingClient.connect(url, { workerUrl: new URL("./no_such_worker.ts", import.meta.url) });
    } catch (error) {
      printError(error);
    }
  },

  async finished(): Promise<void> {
    const client = await AsyncClient.connect(url);
    client.run();
    client.control.close();
    for await (const event of client.events) print(event.type);
  },

  /** Nobody waits for anything: the connection keeps the process alive until it ends. */
  async unread(): Promise<void> {
    const client = await AsyncClient.connect(url);
    client.run();
    client.control.close();
  },

  async idleThread(): Promise<void> {
    const thread = new IoThread();
    const client = await AsyncClient.connect(url, { thread });
    await client[Symbol.asyncDispose]();
    print("closed");
  },

  async workerMissing(): Promise<void> {
    const workerUrl = new URL("./no_such_worker.ts", import.meta.url);
    await AsyncClient.connect(url, { workerUrl }).catch(printError);
  },

  async workerElsewhere(): Promise<void> {
    await AsyncClient.connect(url, { workerUrl: "gopher://example.com/worker.ts" }).catch(printError);
  },

  /** The default worker. */
  async connect(): Promise<void> {
    await AsyncClient.connect(url).catch(printError);
  },
};

await programs[name]!();
