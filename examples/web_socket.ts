// The platform's WebSocket, for code that expects it: events, and a second argument for what the platform lacks.
import { WebSocket } from "@silver9/websocket/web";
import { exampleServer } from "./support/server.ts";

const { url } = exampleServer();
const socket = new WebSocket(url, { headers: { authorization: "Bearer abc123" }, handshakeTimeout: 5_000 });
socket.binaryType = "arraybuffer";
socket.onopen = () => {
  socket.send("Hello");
  socket.send(new Blob(["a ", "Blob"]));
  socket.send("behind the Blob");
};
let messages = 0;
socket.onmessage = ({ data }) => {
  console.log(typeof data === "string" ? `text: ${data}` : `binary: ${data.byteLength} bytes`);
  if (++messages === 3) socket.close(1000, "done");
};
socket.onerror = ({ error }) => console.error(`${error.code}: ${error.message}`);
socket.onclose = ({ code, reason, wasClean }) => console.log(`closed: ${code} ${reason}, clean: ${wasClean}`);
