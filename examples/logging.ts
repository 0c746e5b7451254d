// A logger is anything with debug, info, warn and error, which get one string: console, pino, or one of @std/log:
//   import { pino } from "npm:pino";
//   const logger = pino({ level: "debug" }).child({ feed: "trades" });
// or
//   import { getLogger, setup } from "jsr:@std/log@0.224";
//   setup({ loggers: { feed: { level: "DEBUG", handlers: ["default"] } } });
//   const logger = getLogger("feed");
import { type Logger, NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();

const first = await NonBlockingClient.connect(url, { logger: console });
await first.run({ onActivated: (client) => client.close() });

// One of your own, for example to leave out the steps in between.
const quiet: Logger = {
  debug: () => {},
  info: (message) => console.log(`[feed] ${message}`),
  warn: (message) => console.error(`[feed] ${message}`),
  error: (message) => console.error(`[feed] ${message}`),
};
const second = await NonBlockingClient.connect(url, { logger: quiet });
await second.run({ onActivated: (client) => client.close() });
