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

/** Those of Debian. Users and passwords are percent-encoded. */
export const realProxies: readonly RealProxyKind[] = [
  {
    name: "tinyproxy",
    isThere: tinyproxy !== undefined,
    start: async () => at("http://", await startTinyproxy("")),
  },
  {
    name: "tinyproxy with a password",
    isThere: tinyproxy !== undefined,
    start: async () => at("http://us%65r:s3cr%2Dt@", await startTinyproxy("BasicAuth user s3cr-t")),
  },
  {
    name: "tinyproxy behind stunnel",
    isThere: tinyproxy !== undefined && stunnel !== undefined,
    async start() {
      const below = await startTinyproxy("");
      return at("https://", await startStunnel(below), below);
    },
  },
  {
    name: "microsocks",
    isThere: microsocks !== undefined,
    start: async () => at("socks5://", await startMicrosocks()),
  },
  {
    name: "microsocks, names looked up there",
    isThere: microsocks !== undefined,
    start: async () => at("socks5h://", await startMicrosocks()),
  },
  {
    name: "microsocks with a password",
    isThere: microsocks !== undefined,
    start: async () => at("socks5h://user:p%3Ass@", await startMicrosocks("-u", "user", "-P", "p:ss")),
  },
];
