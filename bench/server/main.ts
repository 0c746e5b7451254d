/**
 * The server of the benchmarks, a process of its own under Bun. Prints its port; ends when its standard
 * input ends, that is, with whoever started it.
 *
 * Paths: `/blast?size=64&kind=text` sends without end, `/echo?size=64&spin` answers each binary message
 * with one of `size` bytes, `/sink` counts binary messages and tells the count in answer to any text.
 *
 * @module
 */
import { bunTcp } from "./bun_socket.ts";
import { Session } from "./session.ts";

if (bunTcp === undefined) throw new Error("The benchmark server runs under Bun");

const { port } = bunTcp.listen<Session>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open: (socket) => socket.data = new Session(socket),
    data: (socket, bytes) => socket.data.onData(bytes),
    drain: (socket) => socket.data.onDrain(),
    close: (socket) => socket.data.onClose(),
    error: () => {},
  },
});

process.stdin.on("end", () => process.exit(0)).resume();
console.log(port);
