/**
 * The server of the benchmarks, a process of its own under Bun. Prints its port; ends when its standard
 * input ends, that is, with whoever started it. With `--tls` it prints the file of its authority behind the port.
 *
 * Paths: `/blast?size=64&kind=text` sends without end, `/echo?size=64&spin` answers each binary message
 * with one of `size` bytes, `/sink` counts binary messages and tells the count in answer to any text.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bunTcp } from "./bun_socket.ts";
import { Session } from "./session.ts";

if (bunTcp === undefined) throw new Error("The benchmark server runs under Bun");

const authority = process.argv.includes("--tls") ? await makeAuthority() : undefined;

const { port } = bunTcp.listen<Session>({
  hostname: "127.0.0.1",
  port: 0,
  tls: authority?.identity,
  socket: {
    open: (socket) => socket.data = new Session(socket),
    data: (socket, bytes) => socket.data.onData(bytes),
    drain: (socket) => socket.data.onDrain(),
    close: (socket) => socket.data.onClose(),
    error: () => {},
  },
});

process.stdin.on("end", () => {
  if (authority !== undefined) rmSync(authority.directory, { recursive: true });
  process.exit(0);
}).resume();
console.log(authority === undefined ? port : `${port} ${authority.file}`);

/** A certificate for this server, and what clients have to trust, in a file: all of them read one. */
async function makeAuthority() {
  const { certificates } = await import("../../tests/support/certificates.ts");
  const { ca, server } = await certificates();
  const directory = mkdtempSync(join(tmpdir(), "bench-"));
  const file = join(directory, "ca.pem");
  writeFileSync(file, ca);
  return { identity: server, directory, file };
}
