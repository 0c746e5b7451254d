// Going through a proxy: http:, https:, socks5: or socks5h:
//   proxy.ts [URL PROXY]
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import process from "node:process";
import { NonBlockingClient, WebSocketError } from "@silver9/websocket";
import { exampleServer } from "./support/server.ts";

// A proxy that wants a password, unless one is given.
const expected = `Basic ${btoa("user:s3cr3t")}`;
const embedded = createServer().on("connect", (request, near: Socket) => {
  if (request.headers["proxy-authorization"] !== expected) {
    return near.end("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
  }
  const [host, port] = request.url!.split(":");
  const far = connect(Number(port), host, () => {
    near.write("HTTP/1.1 200 OK\r\n\r\n");
    near.pipe(far).pipe(near);
  });
});
await once(embedded.listen(0, "127.0.0.1"), "listening");
const { port } = embedded.address() as AddressInfo;

const { url } = exampleServer();
try {
  await NonBlockingClient.connect(url, { proxy: `http://127.0.0.1:${port}` });
} catch (error) {
  if (!(error instanceof WebSocketError)) throw error;
  console.log(`without a password: ${error.code}, ${error.response?.status}`);
}

const client = await NonBlockingClient.connect(url, {
  // "environment" would look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY.
  proxy: process.argv[3] ?? `http://user:s3cr3t@127.0.0.1:${port}`,
});
await client.run({
  onActivated: (client) => client.sendText("Hello through a proxy"),
  onTextMessage: (client, message) => {
    console.log(`received: ${message.text}`);
    client.close();
  },
});
embedded.close();
