/**
 * Proxies that others wrote, each started for a test.
 *
 * @module
 */
import { certificates } from "../support/certificates.ts";
import { findProgram, type RunningProgram, startProgram } from "./program.ts";

/** A proxy at work. */
export interface RealProxy extends AsyncDisposable {
  /** Its URL, with user name and password where it wants them. */
  readonly url: string;
}

/** A proxy of some make. */
export interface RealProxyKind {
  readonly name: string;
  /** Whether it is on this machine; if not, its tests are skipped. */
  readonly isThere: boolean;
  /** What it says of a target that does not listen. */
  readonly refused: string;
  /** The same proxy with a password that is wrong, and what it says of that. */
  readonly wrongLogin?: (url: string) => string;
  readonly denied?: string;
  /** With which HTTP statuses it says both. */
  readonly statuses?: readonly number[];
  start(): Promise<RealProxy>;
}

const tinyproxy = findProgram("tinyproxy", "tinyproxy-bin");
const microsocks = findProgram("microsocks");
const stunnel = findProgram("stunnel4");

/** tinyproxy: CONNECT. */
function startTinyproxy(login: string): Promise<RunningProgram> {
  return startProgram(tinyproxy!, {
    files: (port) => ({
      "tinyproxy.conf": [`Port ${port}`, "Listen 127.0.0.1", "Timeout 60", "Allow 127.0.0.1", login].join(
        "\n",
      ),
    }),
    args: () => ["-d", "-c", "tinyproxy.conf"],
  });
}

/** microsocks: SOCKS 5. */
function startMicrosocks(...login: readonly string[]): Promise<RunningProgram> {
  return startProgram(microsocks!, { args: (port) => ["-i", "127.0.0.1", "-p", `${port}`, ...login] });
}

/** stunnel: TLS in front of another proxy. */
async function startStunnel(target: RunningProgram): Promise<RunningProgram> {
  const { server } = await certificates();
  return await startProgram(stunnel!, {
    files: (port) => ({
      "proxy.pem": `${server.cert}\n${server.key}\n`,
      "stunnel.conf": [
        "foreground = yes",
        "pid =",
        "syslog = no",
        "[proxy]",
        `accept = 127.0.0.1:${port}`,
        `connect = 127.0.0.1:${target.port}`,
        "cert = proxy.pem",
        "",
      ].join("\n"),
    }),
    args: () => ["stunnel.conf"],
  });
}

function at(scheme: string, program: RunningProgram, below?: RunningProgram): RealProxy {
  return {
    url: `${scheme}127.0.0.1:${program.port}`,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await below?.[Symbol.asyncDispose]();
    },
  };
}

const http = { isThere: tinyproxy !== undefined, refused: "the proxy answered 500", statuses: [500, 401] };
const socks = { isThere: microsocks !== undefined, refused: "connection refused (SOCKS reply 5)" };
const wrongLogin = (url: string): string => url.replace(/:[^:]*@/, ":wr0ng@");

/** Those of Debian. Users and passwords are percent-encoded. */
export const realProxies: readonly RealProxyKind[] = [
  {
    ...http,
    name: "tinyproxy",
    start: async () => at("http://", await startTinyproxy("")),
  },
  {
    ...http,
    name: "tinyproxy with a password",
    wrongLogin,
    denied: "the proxy answered 401",
    start: async () => at("http://us%65r:s3cr%2Dt@", await startTinyproxy("BasicAuth user s3cr-t")),
  },
  {
    ...http,
    name: "tinyproxy behind stunnel",
    isThere: tinyproxy !== undefined && stunnel !== undefined,
    async start() {
      const below = await startTinyproxy("");
      return at("https://", await startStunnel(below), below);
    },
  },
  {
    ...socks,
    name: "microsocks",
    start: async () => at("socks5://", await startMicrosocks()),
  },
  {
    ...socks,
    name: "microsocks, which looks names up",
    start: async () => at("socks5h://", await startMicrosocks()),
  },
  {
    ...socks,
    name: "microsocks with a password",
    wrongLogin,
    denied: "the proxy refused the user name or the password",
    start: async () => at("socks5h://user:p%3Ass@", await startMicrosocks("-u", "user", "-P", "p:ss")),
  },
];
