import { test } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { benchOptions } from "../../src/cli/bench_run.ts";
import { clientOptions } from "../../src/cli/client_options.ts";
import { helpText } from "../../src/cli/help.ts";
import { OPTIONS } from "../../src/cli/option_table.ts";
import type { OptionValues } from "../../src/cli/option_values.ts";
import { parseArguments } from "../../src/cli/parse_arguments.ts";
import { pingOptions } from "../../src/cli/ping_run.ts";
import { sessionOptions } from "../../src/cli/session_options.ts";
import { UsageError } from "../../src/cli/usage_error.ts";

function valuesOf(...args: readonly string[]): OptionValues {
  const request = parseArguments([...args, "ws://localhost"]);
  assert("values" in request);
  return request.values;
}

const files: Readonly<Record<string, string>> = {
  "ca.pem": "CA",
  "cert.pem": "CERT",
  "key.pem": "KEY",
  "headers.txt": "Authorization: Bearer s3cret\r\n\nX-One: 1\n",
};

function optionsOf(...args: readonly string[]): ReturnType<typeof clientOptions> {
  const readText = (path: string): Promise<string> => {
    const text = files[path];
    return text === undefined
      ? Promise.reject(Object.assign(new Error("no such file"), { code: "ENOENT" }))
      : Promise.resolve(text);
  };
  return clientOptions(valuesOf(...args), { readText, logger: undefined });
}

test("arguments: what is asked for", () => {
  for (
    const [args, kind] of [
      [["--help"], "help"],
      [["-h", "ws://a", "ws://b"], "help"],
      [["-V"], "version"],
      [["ws://a"], "session"],
      [["--ping", "ws://a"], "ping"],
      [["ws://a", "--bench"], "bench"],
    ] as const
  ) {
    assertEquals(parseArguments(args).kind, kind);
  }
});

test("arguments: values behind, glued and by an equals sign; several; one that begins with a dash", () => {
  const values = valuesOf("-c3", "--message", "-5", "-m", "two", "--message=three=3", "-kq");
  assertEquals(values.integer("count"), 3);
  assertEquals(values.all("message"), ["-5", "two", "three=3"]);
  assertEquals([values.has("insecure"), values.has("quiet"), values.has("verbose")], [true, true, false]);
});

test("arguments: mistakes are named, without their values", () => {
  for (
    const [args, message] of [
      [[], "there is no URL"],
      [["ws://a", "s3cret"], "there is more than one URL"],
      [["--tokn=s3cret", "ws://a"], "--tokn is not an option"],
      [["--pnig", "ws://a"], "--pnig is not an option; did you mean --ping?"],
      [["--protcol", "ws://a"], "did you mean --protocol?"],
      [["-Z", "ws://a"], "-Z is not an option"],
      [["--quiet=s3cret", "ws://a"], "--quiet takes no value"],
      [["ws://a", "-H"], "-H needs a value: 'NAME: VALUE'"],
      [["--ping", "--bench", "ws://a"], "--ping and --bench do not go together"],
      [["--ping", "-m", "s3cret", "ws://a"], "--message and --ping do not go together"],
      [["--interval", "1", "ws://a"], "--interval is for --ping"],
    ] as const
  ) {
    const error = assertThrows(() => parseArguments(args), UsageError, message);
    assert(!error.message.includes("s3cret"), error.message);
  }
});

test("arguments: numbers, durations, sizes and words are checked", () => {
  for (
    const [args, message] of [
      [["-c", "0"], '--count is "0", allowed: a whole number from 1'],
      [["-c", "1.5"], "--count is"],
      [["-w", "-1"], '--wait is "-1", allowed: seconds from 0'],
      [["-w", "1e3"], "--wait is"],
      [["--input", "xml"], '--input is "xml", allowed: text, base64, json'],
      [["-o", "xml"], "allowed: text, base64, json, raw"],
    ] as const
  ) {
    assertThrows(() => sessionOptions(valuesOf(...args)), UsageError, message);
  }
  assertThrows(() => pingOptions(valuesOf("--ping", "-w", "0")), UsageError, "--wait is");
  const tooMuch = valuesOf("--bench", "--size", "1M", "--in-flight", "33");
  assertThrows(() => benchOptions(tooMuch), UsageError, "--size times --in-flight is");
  for (const [name, value] of [["size", "7"], ["size", "2M"], ["duration", "61"], ["in-flight", "5000"]]) {
    assertThrows(() => benchOptions(valuesOf("--bench", `--${name}`, value!)), UsageError, `--${name} is`);
  }
});

test("arguments: how a session goes", () => {
  const { wait, count, readsInput, input, output } = sessionOptions(valuesOf());
  assertEquals({ wait, count, readsInput, input, output }, {
    wait: 0,
    count: Infinity,
    readsInput: true,
    input: "text",
    output: "text",
  });
  const waitOf = (...args: readonly string[]): number => sessionOptions(valuesOf(...args)).wait;
  assertEquals(waitOf("-c", "1"), Infinity);
  assertEquals(waitOf("-n"), Infinity);
  assertEquals(waitOf("-c", "1", "-w", ".5"), 500);
  assertEquals(waitOf("-w", "forever"), Infinity);
});

test("arguments: how to ping and to measure", () => {
  assertEquals(pingOptions(valuesOf("--ping")), { count: Infinity, interval: 1000, wait: 5000 });
  assertEquals(pingOptions(valuesOf("--ping", "-c", "3", "-i", "0", "-w", "2")), {
    count: 3,
    interval: 0,
    wait: 2000,
  });
  assertEquals(benchOptions(valuesOf("--bench", "-s", "4k", "-d", "0.5", "-c", "9")), {
    count: 9,
    duration: 500,
    size: 4096,
    inFlight: 64,
    wait: 5000,
  });
});

test("arguments: the client's options", async () => {
  const options = await optionsOf(
    ...["-H", "X-Zero: a: b", "-H", "@headers.txt", "-p", "one,two", "-p", "three", "-x", "socks5h://p"],
    ...[
      "-L",
      "-z",
      "--ca",
      "ca.pem",
      "--cert",
      "cert.pem",
      "--key",
      "key.pem",
      "--server-name",
      "name",
      "-k",
    ],
    ...["--connect-timeout", "1.5", "--close-timeout", "2", "--keep-alive", "3", "--max-size", "2k"],
    ...["--local-address", "127.0.0.1", "--transport", "node", "--pin", "sha256/x"],
  );
  assertEquals(options.headers, [["X-Zero", "a: b"], ["Authorization", "Bearer s3cret"], ["X-One", "1"]]);
  assertEquals(options.protocols, ["one", "two", "three"]);
  assertEquals(options.tls, {
    caCerts: ["CA"],
    cert: "CERT",
    key: "KEY",
    serverName: "name",
    pins: ["sha256/x"],
    verify: false,
  });
  const { proxy, followRedirects, perMessageDeflate, localAddress, transport } = options;
  assertEquals([proxy, followRedirects, perMessageDeflate], ["socks5h://p", true, true]);
  assertEquals([localAddress, transport], ["127.0.0.1", "node"]);
  const { handshakeTimeout, closeTimeout, keepAlive, maxMessageSize, maxFrameSize } = options;
  assertEquals([handshakeTimeout, closeTimeout, keepAlive], [1500, 2000, { interval: 3000 }]);
  assertEquals([maxMessageSize, maxFrameSize], [2048, 2048]);
  assertEquals((await optionsOf()).tls, undefined);
});

test("arguments: headers and files that are wrong", async () => {
  const error = await assertRejects(() => optionsOf("-H", "A: b", "-H", "s3cret"), UsageError, "number 2");
  assert(!error.message.includes("s3cret"));
  await assertRejects(() => optionsOf("--ca", "none.pem"), UsageError, '--ca: cannot read "none.pem"');
});

test("--help tells of every option and fits 80 columns", () => {
  const help = helpText((_, text) => text);
  for (const { name, short } of OPTIONS.values()) {
    assertStringIncludes(help, short === undefined ? `      --${name}` : `  -${short}, --${name}`);
  }
  assertEquals(help.split("\n").filter((line) => line.length > 80), []);
});
