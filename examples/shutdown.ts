// Two ways to end a connection: with the closing handshake, and at once.
import { type Handler, NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();

const handler: Handler<NonBlockingClient> = {
  onConnectionClosed: (_client, { code, wasClean }) => console.log(`closed: ${code}, clean: ${wasClean}`),
  onQuit: () => console.log("quit"),
};

console.log("close: the peer answers, or closeTimeout passes");
const graceful = await NonBlockingClient.connect(url, { closeTimeout: 2_000 });
await graceful.run({ ...handler, onActivated: (client) => client.close(1000, "that is all") });

console.log("forceQuit: no Close frame, no callback but onQuit");
const forced = await NonBlockingClient.connect(url);
const close = await forced.run({ ...handler, onActivated: (client) => client.forceQuit() });
console.log(`run answers: ${close.code}, clean: ${close.wasClean}`);
