import process from "node:process";
import { after, before, describe, it } from "node:test";
import { assert, assertEquals, assertGreater } from "@std/assert";
import { startEchoServer } from "../../examples/support/echo_server.ts";
import type { EchoServer } from "../support/servers.ts";
import { FaultyLibc, type Trouble } from "./faulty_libc.ts";
import { type Outcome, type SyscallStyle, syscallStyles, WHOLE } from "./syscall_scenario.ts";

const libc = FaultyLibc.install();

/** What a system call may fail with, and whether the scenario goes on as if nothing had been. */
const CODES = ["EINTR", "EAGAIN", "ECONNRESET", "EPIPE", "ENOBUFS", "ETIMEDOUT"];
/** Those that say: the connection is gone. */
const LOST = ["ECONNRESET", "EPIPE", "ETIMEDOUT"];
const MOST_CALLS = 5000;

describe("system calls that fail", { skip: process.platform !== "linux" }, () => {
  let plain: EchoServer;
  let secure: EchoServer;
  before(async () => {
    plain = await startEchoServer();
    secure = await startEchoServer({ tls: true });
  });
  after(async () => {
    await plain.close();
    await secure.close();
  });

  async function play(style: SyscallStyle, trouble: Trouble, overTls = false): Promise<Outcome> {
    const { url, ca } = overTls ? secure : plain;
    const tls = ca === undefined ? undefined : { caCerts: ca };
    libc.begin({ ...trouble, countsIdle: !style.looksOften });
    try {
      const outcome = await style.play(url, { transport: "syscall", tls, closeTimeout: 500 });
      assertEquals(libc.open.size, 0, `sockets left open after ${JSON.stringify(trouble)}`);
      return outcome;
    } finally {
      libc.end();
    }
  }

  /** Lets the first call fail, then the second, and so on until no call is left that could. */
  async function failEach(style: SyscallStyle, code: string, overTls: boolean): Promise<Set<string>> {
    const ends = new Set<string>();
    for (let failAt = 1;; failAt++) {
      assert(failAt < MOST_CALLS, "the scenario never passes");
      const outcome = await play(style, { failAt, code }, overTls);
      const { failed } = libc;
      if (failed === undefined) {
        assertEquals(outcome, WHOLE);
        assertGreater(failAt, 10);
        return ends;
      }
      const said = `${code} at call ${failAt}, ${failed}: ${JSON.stringify(outcome)}`;
      check(outcome, { code, call: failed, said });
      ends.add(outcome.end);
    }
  }

  for (const style of syscallStyles) {
    describe(style.name, () => {
      for (const most of [1, 2, 3, 7]) {
        it(`everything arrives, ${most} bytes at a time`, async () => {
          assertEquals(await play(style, { most }), WHOLE);
          assertEquals(await play(style, { most }, true), WHOLE);
        });
      }
      for (const code of CODES) {
        it(`${code} at the n-th call, for every n: exactly one end, no descriptor left`, async () => {
          const ends = await failEach(style, code, false);
          if (LOST.includes(code)) assert(ends.has("closed 1006"), [...ends].join(", "));
          if (code !== "EINTR") assert(ends.has("refused ConnectionFailed"), [...ends].join(", "));
        });
      }
      for (const code of ["EINTR", "ECONNRESET", "ENOBUFS"]) {
        it(`the same over TLS, ${code}`, async () => {
          const ends = await failEach(style, code, true);
          if (code !== "EINTR") assert(ends.has("refused TlsFailed"), [...ends].join(", "));
        });
      }
    });
  }
});

/** Holds an outcome against what the failed call may come to. */
function check(
  { end, received, cause }: Outcome,
  { code, call, said }: { readonly code: string; readonly call: string; readonly said: string },
): void {
  assertEquals(received, WHOLE.received.slice(0, received.length), said);
  // What was interrupted is done again; what found no room, or nothing, is done later.
  const isNothing = code === "EINTR" && /read|sendmsg|poll|connect/.test(call) ||
    code === "EAGAIN" && /read|sendmsg/.test(call) || call === "shutdown";
  if (isNothing) return assertEquals(end, WHOLE.end, said);
  if (end === WHOLE.end) return assertEquals(received, WHOLE.received, said);
  if (end === "closed 1006") assert(LOST.includes(code), said);
  else if (end === "error Io") assert(!LOST.includes(code), said);
  // The system does not take an option.
  else if (call === "setsockopt") assertEquals(end, "refused InvalidConfiguration", said);
  else assert(/^refused (ConnectionFailed|TlsFailed|HandshakeFailed)$/.test(end), said);
  assertEquals(cause, code, said);
}
