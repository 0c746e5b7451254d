import { setImmediate } from "node:timers";
import { libc } from "../../src/transport/syscall/libc.ts";
import { nativeBuffer } from "../../src/transport/syscall/native_buffer.ts";
import { AF_INET, errno, F_SETFL, platform, SOCK_STREAM } from "../../src/transport/syscall/platform.ts";
import type { Connect } from "./contestant.ts";
import { connectRaw } from "./raw.ts";
import type { OnData, RawSocket } from "./raw_socket.ts";

/** The floor of system calls: `write` and `read` by the runtime's FFI, polling. */
export const polling: Connect = (url, receiver) =>
  connectRaw(url, receiver, (port, onData) => open(port, onData));

/** The same, asleep in the kernel while nothing comes. */
export const waiting: Connect = (url, receiver) =>
  connectRaw(url, receiver, (port, onData) => open(port, onData, "wait"));

const TCP_LEVEL = 6;
const NO_DELAY = 1;
const BLOCKING = 0;
const RECEIVE_BUFFER_SIZE = 256 * 1024;

function open(port: number, onData: OnData, mode?: "wait"): Promise<RawSocket> {
  const { socket, connect, setsockopt, fcntl, read, write, errno: lastError } = libc();
  const { O_NONBLOCK } = platform();
  const fd = socket(AF_INET, SOCK_STREAM, 0);
  const one = new Uint8Array(new Int32Array([1]).buffer);
  const address = loopback(port);
  if (connect(fd, address, address.length) !== 0) throw new Error(`connect: ${lastError[0]}`);
  setsockopt(fd, TCP_LEVEL, NO_DELAY, one, one.length);
  fcntl(fd, F_SETFL, O_NONBLOCK);

  const buffer = nativeBuffer(new Uint8Array(new ArrayBuffer(RECEIVE_BUFFER_SIZE)));
  let view = buffer.bytes;
  let left = false;
  const receive = (): boolean => {
    const count = read(fd, buffer.pointer, RECEIVE_BUFFER_SIZE);
    if (count < 0 && lastError[0] !== errno.EAGAIN && lastError[0] !== errno.EINTR) left = true;
    if (count === 0) left = true;
    if (count <= 0) return false;
    if (view.length !== count) view = buffer.bytes.subarray(0, count);
    onData(view);
    return true;
  };
  const run = (): void => {
    if (mode === "wait") fcntl(fd, F_SETFL, BLOCKING);
    while (!left) receive();
  };
  // Others wait for the answer to the opening handshake, and only then the thread is all this socket's.
  const open = (): void => void setImmediate(receive() ? run : open);
  setImmediate(open);

  return Promise.resolve({
    backlog: 0,
    write(bytes) {
      for (let rest = bytes; rest.length > 0 && !left;) {
        const count = write(fd, rest, rest.length);
        if (count === rest.length) return;
        if (count > 0) rest = rest.subarray(count);
        else if (lastError[0] !== errno.EAGAIN) left = true;
      }
    },
    leave: () => left = true,
  });
}

/** `struct sockaddr_in` of 127.0.0.1. */
function loopback(port: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(16);
  const [first, second] = platform().sockaddrHasLength ? [bytes.length, AF_INET] : [AF_INET, 0];
  bytes.set([first, second, port >> 8, port & 0xff, 127, 0, 0, 1]);
  return bytes;
}
