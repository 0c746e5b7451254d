// A program that uses a client and then has nothing more to do: see exit_test.ts.
import process from "node:process";
import { NonBlockingClient, type NonBlockingOptions } from "../../mod.ts";

const [, , scenario, url, transport] = process.argv as string[];
const options = { transport, closeTimeout: 100 } as NonBlockingOptions;

const scenarios: Record<string, () => Promise<void>> = {
  "closed by the client": async () => {
    const client = await NonBlockingClient.connect(url!, options);
    await client.run({ onActivated: (client) => client.close() });
  },
  "keep-alive, polling and a signal": async () => {
    const client = await NonBlockingClient.connect(url!, {
      ...options,
      keepAlive: { interval: 60_000 },
      spinWaitDuration: 5,
      signal: new AbortController().signal,
      handshakeTimeout: 60_000,
      closeTimeout: 60_000,
    });
    await client.run({ onActivated: (client) => client.close() });
  },
  "polling at long intervals": async () => {
    const client = await NonBlockingClient.connect(url!, { ...options, spinWaitDuration: 60_000 });
    const running = client.run({});
    setTimeout(() => client.forceQuit(), 50);
    await running;
  },
  forceQuit: async () => {
    const client = await NonBlockingClient.connect(url!, { ...options, spinWaitDuration: null });
    await client.run({ onPoll: (client) => client.forceQuit() });
  },
  "a callback that throws": async () => {
    const client = await NonBlockingClient.connect(url!, { ...options, keepAlive: { interval: 60_000 } });
    await client.run({
      onActivated: () => {
        throw new Error("mine");
      },
    }).catch(() => {});
  },
  "using, not waited for": async () => {
    using _client = await NonBlockingClient.connect(url!, { ...options, closeTimeout: 60_000 });
  },
  "refused by the server": async () => {
    await NonBlockingClient.connect("ws://127.0.0.1:1", options).catch(() => {});
  },
  "connect aborted": async () => {
    await NonBlockingClient.connect(url!, { ...options, signal: AbortSignal.abort() }).catch(() => {});
  },
};

await scenarios[scenario!]!();
console.log("done");
