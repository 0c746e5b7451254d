/** What the command is asked to do. */
export type Mode = "session" | "ping" | "bench";

/** An option of the command line. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What its value is called; a flag has none. */
  readonly value?: string;
  /** Whether it may be given more than once, each time adding to the others. */
  readonly multiple?: boolean;
  /** With which modes it makes sense. Default: all. */
  readonly modes?: readonly Mode[];
  /** For --help. */
  readonly text: string;
}

/** Options that belong together. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

const session: readonly Mode[] = ["session"];

/** All options, as --help shows them. */
export const OPTION_GROUPS: readonly OptionGroup[] = [
  {
    title: "Messages",
    options: [
      {
        name: "message",
        short: "m",
        value: "TEXT",
        multiple: true,
        modes: session,
        text: "send this first, after each time of connecting; may be repeated",
      },
      {
        name: "input",
        value: "FORMAT",
        modes: session,
        text: "what a line of the input is: text (default), base64 for a binary message, or json",
      },
      {
        name: "output",
        short: "o",
        value: "FORMAT",
        modes: session,
        text: "how messages are written: text (default; binary ones in Base64), base64, json, or raw: " +
          "the bytes alone, with nothing between messages",
      },
      {
        name: "no-input",
        short: "n",
        modes: session,
        text: "do not read the input: stay until the server closes, or as --wait or --count says",
      },
      {
        name: "count",
        short: "c",
        value: "N",
        text:
          "close after N messages have come; with --ping, after N pings; with --bench, after N echoes each",
      },
      {
        name: "wait",
        short: "w",
        value: "SECONDS",
        text: "how long to stay when the input has ended: 0 (default) until what is under way has come; " +
          '"forever" until the server closes, which is the default with --count and --no-input. With --ping and ' +
          "--bench, how long an answer may take: 5 by default",
      },
      { name: "reconnect", modes: session, text: "connect again when the connection is lost" },
    ],
  },
  {
    title: "Connection",
    options: [
      {
        name: "header",
        short: "H",
        value: "'NAME: VALUE'",
        multiple: true,
        text: "send a header; @FILE reads headers from a file, a line each, which keeps secrets out of " +
          "the list of processes",
      },
      {
        name: "protocol",
        short: "p",
        value: "NAME",
        multiple: true,
        text: "offer a subprotocol; may be repeated, the preferred one first",
      },
      {
        name: "proxy",
        short: "x",
        value: "URL",
        text: 'go through a proxy: http, https, socks5 or socks5h; or "environment", as its variables say',
      },
      { name: "follow", short: "L", text: "follow redirects, up to 5" },
      { name: "compress", short: "z", text: "offer compression (permessage-deflate)" },
      { name: "connect-timeout", value: "SECONDS", text: "limit on all of connecting: 10 by default" },
      {
        name: "close-timeout",
        value: "SECONDS",
        text: "limit on the wait for the server's Close: 5 by default",
      },
      {
        name: "keep-alive",
        value: "SECONDS",
        text: "ping after so long without a sign of the server, and give up when it does not answer",
      },
      {
        name: "max-size",
        value: "BYTES",
        text: "largest message to accept: 64M by default; k, M and G count",
      },
      { name: "local-address", value: "IP", text: "connect from this address" },
      { name: "transport", value: "NAME", text: "how bytes travel: deno, bun, node or syscall" },
    ],
  },
  {
    title: "TLS (wss)",
    options: [
      {
        name: "ca",
        value: "FILE",
        multiple: true,
        text: "trust the authorities in this PEM file, and no others",
      },
      { name: "cert", value: "FILE", text: "the client's certificate chain, PEM; with --key" },
      { name: "key", value: "FILE", text: "its private key, PEM" },
      { name: "server-name", value: "NAME", text: "the name that the certificate is to be for" },
      {
        name: "pin",
        value: "sha256/…",
        multiple: true,
        text: "a key that the server may have; may be repeated",
      },
      { name: "insecure", short: "k", text: "accept any certificate: for tests" },
    ],
  },
  {
    title: "Measuring",
    options: [
      { name: "ping", text: "send WebSocket pings and tell how long each round trip took" },
      {
        name: "interval",
        short: "i",
        value: "SECONDS",
        modes: ["ping"],
        text: "between pings: 1 by default; 0: the next one after each answer",
      },
      {
        name: "bench",
        text: "measure an echo server of your own: latency of one message at a time, then messages " +
          "per second with many under way",
      },
      {
        name: "duration",
        short: "d",
        value: "SECONDS",
        modes: ["bench"],
        text: "for each of the two: 3 by default, 60 at most",
      },
      {
        name: "size",
        short: "s",
        value: "BYTES",
        modes: ["bench"],
        text: "of a message: 64 by default, 1M at most",
      },
      {
        name: "in-flight",
        value: "N",
        modes: ["bench"],
        text: "messages under way at a time in the second part: 64 by default, 4096 at most",
      },
    ],
  },
  {
    title: "This command",
    options: [
      { name: "color", value: "WHEN", text: "auto (default), always or never; NO_COLOR is respected" },
      {
        name: "history",
        value: "FILE",
        modes: session,
        text: "keep what you type in this file; default: only until you leave",
      },
      { name: "quiet", short: "q", text: "messages and errors only" },
      { name: "verbose", short: "v", text: "tell each step, on the error output" },
      { name: "help", short: "h", text: "show this" },
      { name: "version", short: "V", text: "show the version" },
    ],
  },
];

/** All options by name. */
export const OPTIONS: ReadonlyMap<string, OptionSpec> = new Map(
  OPTION_GROUPS.flatMap(({ options }) => options).map((option) => [option.name, option]),
);

/** Whether an option makes sense in a mode. */
export function isFor(option: OptionSpec, mode: Mode): boolean {
  return option.modes?.includes(mode) ?? true;
}
