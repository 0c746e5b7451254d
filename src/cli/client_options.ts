import type { NonBlockingOptions } from "../client/options.ts";
import type { Logger } from "../driver/logger.ts";
import type { TlsOptions } from "../transport/transport.ts";
import type { OptionValues } from "./option_values.ts";
import { UsageError } from "./usage_error.ts";

const TRANSPORTS = ["deno", "bun", "node", "syscall"] as const;

/** Reads a file that an option names. */
export type ReadText = (path: string) => Promise<string>;

/**
 * The client's options that were given on the command line; files are read.
 *
 * @throws {UsageError} for what cannot be read. What is wrong with a value of the client's is left to the client.
 */
export async function clientOptions(
  values: OptionValues,
  { readText, logger }: { readonly readText: ReadText; readonly logger: Logger | undefined },
): Promise<NonBlockingOptions> {
  const readFile = (option: string) => (path: string) => readOrExplain(readText, option, path);
  const protocols = values.all("protocol").flatMap((names) => names.split(",").map((name) => name.trim()));
  const keepAlive = values.seconds("keep-alive", { least: 0.001 });
  return {
    headers: await headers(values.all("header"), readFile("header")),
    ...(protocols.length > 0 && { protocols }),
    tls: await tlsOptions(values, readFile),
    proxy: values.one("proxy"),
    followRedirects: values.has("follow"),
    perMessageDeflate: values.has("compress"),
    handshakeTimeout: values.seconds("connect-timeout", { least: 0.001 }),
    closeTimeout: values.seconds("close-timeout", { least: 0.001 }),
    keepAlive: keepAlive === undefined ? undefined : { interval: keepAlive },
    ...sizes(values.bytes("max-size")),
    localAddress: values.one("local-address"),
    transport: values.word("transport", TRANSPORTS),
    logger,
  };
}

function sizes(size: number | undefined): Pick<NonBlockingOptions, "maxMessageSize" | "maxFrameSize"> {
  return size === undefined ? {} : { maxMessageSize: size, maxFrameSize: size };
}

async function headers(
  given: readonly string[],
  readFile: ReadText,
): Promise<[name: string, value: string][]> {
  const lines = await Promise.all(given.map(async (text) => {
    if (!text.startsWith("@")) return [text];
    return (await readFile(text.slice(1))).split(/\r?\n/).filter((line) => line.trim() !== "");
  }));
  return lines.flat().map((line, index) => {
    const colon = line.indexOf(":");
    // It may be a secret: where it stands has to do.
    if (colon < 1) throw new UsageError(`--header: expected 'Name: value', number ${index + 1} has no name`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

async function tlsOptions(
  values: OptionValues,
  readFile: (option: string) => ReadText,
): Promise<TlsOptions | undefined> {
  const one = (name: string): Promise<string> | undefined => {
    const path = values.one(name);
    return path === undefined ? undefined : readFile(name)(path);
  };
  const caCerts = await Promise.all(values.all("ca").map(readFile("ca")));
  const pins = values.all("pin");
  const tls: TlsOptions = {
    ...(caCerts.length > 0 && { caCerts }),
    cert: await one("cert"),
    key: await one("key"),
    serverName: values.one("server-name"),
    ...(pins.length > 0 && { pins }),
    ...(values.has("insecure") && { verify: false }),
  };
  return Object.values(tls).every((value) => value === undefined) ? undefined : tls;
}

async function readOrExplain(readText: ReadText, option: string, path: string): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    const { name, code } = error as { name?: string; code?: string };
    const why = name === "NotCapable"
      ? `Deno needs --allow-read=${path} for it`
      : code === "ENOENT"
      ? "there is no such file"
      : (error as Error).message;
    throw new UsageError(`--${option}: cannot read ${JSON.stringify(path)}: ${why}`);
  }
}
