// Ctrl-C closes the connection with the closing handshake; a second one leaves at once.
import process from "node:process";
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const client = await NonBlockingClient.connect(url);

const onInterrupt = () => {
  if (client.state === "open") client.close(1000, "interrupted");
  else client.forceQuit();
};
process.on("SIGINT", onInterrupt);

const close = await client.run({
  onActivated: () => console.log("running, press Ctrl-C"),
});
process.off("SIGINT", onInterrupt);
console.log(`closed: ${close.code} ${close.reason}, clean: ${close.wasClean}`);
