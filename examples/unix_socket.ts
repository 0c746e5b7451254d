// A WebSocket over a Unix socket: ws+unix:/path/of/the.sock:/resource
//   unix_socket.ts [PATH_OF_SOCKET]
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { NonBlockingClient } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

let path = process.argv[2];
let stop = (): void => {};
if (path === undefined) {
  // A Unix socket in front of the embedded echo server.
  const { hostname, port } = new URL(exampleServer().url);
  const folder = mkdtempSync(join(tmpdir(), "silver9-"));
  path = join(folder, "echo.sock");
  const relay = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far).pipe(near);
  });
  await once(relay.listen(path), "listening");
  stop = () => void relay.close(() => rmSync(folder, { recursive: true }));
}

const client = await NonBlockingClient.connect(`ws+unix:${path}:/feed`);
await client.run({
  onActivated: (client) => client.sendText("Hello over a Unix socket"),
  onTextMessage: (client, message) => {
    console.log(`received: ${message.text}`);
    client.close();
  },
});
stop();
