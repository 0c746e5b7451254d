import { test } from "node:test";
import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { readFile } from "node:fs/promises";
import { EXIT_CODES } from "../../src/cli/exit_code.ts";
import { readHistory, writeHistory } from "../../src/cli/history_file.ts";
import { Interruption } from "../../src/cli/interruption.ts";
import { inputLines } from "../../src/cli/input_lines.ts";
import { readLine } from "../../src/cli/input_format.ts";
import { formatMessage } from "../../src/cli/output_format.ts";
import { styleFor } from "../../src/cli/style.ts";
import { shownUrl, targetUrl } from "../../src/cli/target_url.ts";
import { Times } from "../../src/cli/times.ts";
import { timesText } from "../../src/cli/times_text.ts";
import { readTyped } from "../../src/cli/typed_command.ts";
import { UsageError } from "../../src/cli/usage_error.ts";
import { VERSION } from "../../src/cli/version.ts";
import { visible, visibleLine } from "../../src/cli/visible.ts";
import { PayloadView } from "../../src/core/payload.ts";
import manifest from "../../deno.json" with { type: "json" };
import { FakeSystem } from "./fake_system.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

test("what could steer a terminal is written out", () => {
  for (
    const [text, shown] of [
      ["plain, wörld 👩‍💻\tand\nlines\r\n", "plain, wörld 👩‍💻\tand\nlines\n"],
      ["\x1b[31mred\x1b]0;title\x07", "\\u001b[31mred\\u001b]0;title\\u0007"],
      ["back\bspace\rreturn\x00\x7f", "back\\u0008space\\u000dreturn\\u0000\\u007f"],
      // CSI in a single character.
      ["\x9b31m", "\\u009b31m"],
      ["user\u202etxt.exe\u2066\u200f", "user\\u202etxt.exe\\u2066\\u200f"],
      ["a\u2028b\ud800", "a\\u2028b\\ud800"],
    ]
  ) {
    assertEquals(visible(text!), shown);
  }
  assertEquals(visibleLine("a\nb\tc"), "a\\nb c");
});

test("URLs: what is meant without a scheme, and what is shown", () => {
  for (
    const [text, url] of [
      ["wss://example.com/x", "wss://example.com/x"],
      ["HTTP://example.com", "HTTP://example.com"],
      ["ws+unix:/run/a.sock:/x", "ws+unix:/run/a.sock:/x"],
      ["example.com/x?y=http://z", "wss://example.com/x?y=http://z"],
      ["localhost:8080/x", "ws://localhost:8080/x"],
      ["127.0.0.1", "ws://127.0.0.1"],
      ["[::1]:80", "ws://[::1]:80"],
      [":8080/x", "ws://localhost:8080/x"],
      ["localhost.example.com", "wss://localhost.example.com"],
      ["127.0.0.1.example.com", "wss://127.0.0.1.example.com"],
    ]
  ) {
    assertEquals(targetUrl(text!), url);
  }
  assertEquals(shownUrl("wss://user:s3cret@a.example/b?token=s3cret"), "wss://a.example/b?…");
});

test("input: a line in each format", () => {
  assertEquals(readLine(utf8(" a "), "text"), { type: "text", data: " a " });
  assertEquals(readLine(utf8("AAEC"), "base64"), { type: "binary", data: Uint8Array.of(0, 1, 2) });
  assertEquals(readLine(utf8('{"type":"text","data":"a\\nb"}'), "json"), { type: "text", data: "a\nb" });
  assertEquals(readLine(utf8('{"type":"binary","data":"/w=="}'), "json"), {
    type: "binary",
    data: Uint8Array.of(255),
  });
  assertEquals(readLine(utf8('{"type":"ping"}'), "json"), { type: "ping", data: new Uint8Array(0) });
  assertEquals(readLine(utf8('{"type":"close","code":3001,"reason":"r"}'), "json"), {
    type: "close",
    code: 3001,
    reason: "r",
  });
});

test("input: what is not in the format", () => {
  for (
    const [line, format, message] of [
      [Uint8Array.of(0xff), "text", "it is not UTF-8"],
      [utf8("A!"), "base64", "it is not Base64"],
      [utf8("{"), "json", "it is not JSON"],
      [utf8("null"), "json", "it is not a JSON object"],
      [utf8('{"type":"shout"}'), "json", '"type" is not'],
      [utf8('{"type":"text","data":1}'), "json", '"data" is not a string'],
      [utf8('{"type":"close","code":"1"}'), "json", '"code" is not a number'],
    ] as const
  ) {
    assertThrows(() => readLine(line, format), UsageError, message);
  }
});

test("input: lines, however they are cut", async () => {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const whole = "one\r\n\ntwo wörld\nlast";
  for (const size of [1, 2, 3, 100]) {
    const bytes = utf8(whole);
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    };
    const lines = await Array.fromAsync(inputLines(chunks(), 100));
    assertEquals(lines.map(decode), ["one", "", "two wörld", "last"]);
    await assertRejects(() => Array.fromAsync(inputLines(chunks(), 5)), UsageError, "longer than 5 bytes");
  }
});

test("output: a message in each format", () => {
  const message = new PayloadView();
  message.point(utf8('é"'), 0, 3);
  assertEquals(formatMessage("text", message, "text"), 'é"\n');
  assertEquals(formatMessage("binary", message, "text"), "w6ki\n");
  assertEquals(formatMessage("text", message, "base64"), "w6ki\n");
  assertEquals(formatMessage("text", message, "json"), '{"type":"text","data":"é\\""}\n');
  assertEquals(formatMessage("binary", message, "json"), '{"type":"binary","data":"w6ki"}\n');
  assertEquals(formatMessage("binary", message, "raw"), utf8('é"'));
});

test("typed lines: messages and commands", () => {
  const binary = { type: "binary", data: Uint8Array.of(255) };
  for (
    const [line, command] of [
      ["", undefined],
      ["  ", undefined],
      [" hello ", { type: "text", data: " hello " }],
      ["//slash", { type: "text", data: "/slash" }],
      ["/send /x", { type: "text", data: "/x" }],
      ["/send", { type: "text", data: "" }],
      ["/binary /w==", binary],
      ["/ping a b", { type: "ping", data: utf8("a b") }],
      ["/close", { type: "close", code: 1000, reason: "" }],
      ["/close 3000 so long", { type: "close", code: 3000, reason: "so long" }],
      ["/stats", { type: "stats" }],
      ["/help", { type: "help" }],
    ] as const
  ) {
    assertEquals<unknown>(readTyped(line), command);
  }
  assertThrows(() => readTyped("/exit"), UsageError, "/exit is not a command");
  assertThrows(() => readTyped("/binary !"), UsageError, "it is not Base64");
});

test("times: summary and bars, in memory that does not grow", () => {
  const times = new Times();
  for (const time of [1, 1, 1, 2, 10]) times.record(time);
  const { count, min, max, mean } = times.summary();
  assertEquals([count, min, max, mean], [5, 1, 10, 3]);
  const bars = times.bars(4);
  assertEquals(bars.length, 4);
  assertEquals(bars.reduce((sum, { count }) => sum + count, 0), 5);
  assertEquals(bars[0]!.count, 3);
  for (const [index, bar] of bars.slice(1).entries()) assertEquals(bar.from, bars[index]!.to);
  assertEquals(new Times().bars(4), []);
});

test("times: a histogram as wide as there is room, in which one of many can be seen", () => {
  const times = new Times();
  for (let index = 0; index < 10_000; index++) times.record(1);
  times.record(100);
  const text = timesText(times, (_, text) => text, 60).split("\n");
  assertEquals(text[0]!.includes("min 1.00  mean 1.01"), true);
  assertEquals(text[1]!.includes("█".repeat(26)), true);
  assertEquals(text.at(-1)!.includes("▏ 1"), true);
  assertEquals(text.slice(1).filter((line) => line.length > 60), []);
});

test("colours: for terminals, and as they are asked for", () => {
  const red = "\x1b[31ma\x1b[39m";
  for (
    const [mode, isTerminal, noColor, text] of [
      ["auto", true, false, red],
      ["auto", true, true, "a"],
      ["auto", false, false, "a"],
      ["always", false, true, red],
      ["never", true, false, "a"],
    ] as const
  ) {
    assertEquals(styleFor(mode, { isTerminal, noColor })("red", "a"), text);
  }
});

test("signals: the first is graceful, the second is not", () => {
  const calls: string[] = [];
  const interruption = new Interruption({
    close: () => void calls.push("close"),
    forceQuit: () => void calls.push("forceQuit"),
  });
  interruption.onSignal("SIGINT");
  assertEquals([calls, interruption.exitCode, interruption.isForced], [["close"], 130, false]);
  interruption.onSignal("SIGTERM");
  assertEquals([calls, interruption.exitCode, interruption.isForced], [["close", "forceQuit"], 143, true]);
});

test("the page for users has every exit code", async () => {
  const page = await readFile(new URL("../../docs/command_line.md", import.meta.url), "utf8");
  for (const [code] of EXIT_CODES) assertMatch(page, new RegExp(`^\\| ${code} +\\| \\S`, "m"));
});

test("history: the latest first in memory, last in the file; no file is no error", async () => {
  const system = new FakeSystem({ files: { old: "one\ntwo\n" } });
  assertEquals(await readHistory(system, "old"), ["two", "one"]);
  assertEquals(await readHistory(system, "new"), []);
  assertEquals(await readHistory(system, undefined), []);
  await writeHistory(system, "new", ["two", "one"]);
  await writeHistory(system, undefined, ["three"]);
  assertEquals(system.files.get("new"), "one\ntwo\n");
});

test("the version is that of the module", () => assertEquals(VERSION, manifest.version));
