import { test } from "node:test";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { closeFrame, concat, textFrame } from "../support/frames.ts";
import { type RawPeer, withRawServer } from "../support/raw_server.ts";
import { command } from "./child.ts";
import { echoServer } from "./echo.ts";
import { isTmuxThere, Terminal, type TerminalSize } from "./terminal.ts";

const skip = isTmuxThere ? false : "tmux is not on this machine";
const limit = 12_000;
/** The space behind it cannot be seen. */
const PROMPT = "\n>";
const usual: TerminalSize = { columns: 80, rows: 24 };

/** Ends it, so that the server sees no end that it does not expect. */
async function leave(terminal: Terminal): Promise<void> {
  await terminal.type("C-c");
  await terminal.until("exit code 0");
}

async function inTerminal(
  script: (peer: RawPeer) => Promise<void>,
  body: (terminal: Terminal) => Promise<void>,
  { size = usual, args = [] as readonly string[] } = {},
): Promise<void> {
  await withRawServer(script, async ({ url }) => {
    await using terminal = await Terminal.start([...command, ...args, url], size);
    await body(terminal);
  }, { limit });
}

test("a terminal: prompt, echoes, commands, history by arrow up, the end by Ctrl-D", { skip }, async () => {
  await inTerminal(echoServer, async (terminal) => {
    const welcome = await terminal.until(PROMPT);
    assertMatch(welcome, /^connected to ws:\/\/127\.0\.0\.1:\d+\/\. \/help lists commands, Ctrl-C leaves\./);
    await terminal.type("hello", "Enter");
    await terminal.until("< hello");
    await terminal.type("second", "Enter");
    await terminal.until("< second");
    await terminal.type("/binary AP8=", "Enter");
    await terminal.until("< 2 bytes: AP8=");
    await terminal.type("/ping are you there", "Enter");
    assertMatch(await terminal.until("pong"), /pong after [\d.]+ ms: are you there/);
    await terminal.type("/nonsense", "Enter");
    await terminal.until("/nonsense is not a command");
    await terminal.type("Up", "Up", "Up", "Up");
    await terminal.until((screen) => screen.endsWith("> second"));
    await terminal.type("Up");
    await terminal.until((screen) => screen.endsWith("> hello"));
    await terminal.type("BSpace", "p", "Enter");
    await terminal.until("< hellp");
    await terminal.type("/st");
    await terminal.until("> /st");
    // What comes together is taken for pasted, and Tab for a character.
    await terminal.type("Tab");
    await terminal.until("> /stats");
    await terminal.type("Enter");
    await terminal.until("sent 4 messages");
    await terminal.type("C-d");
    assertStringIncludes(await terminal.until("exit code"), "closed with 1000\nexit code 0");
  });
});

test("a terminal: colours; none with --color never", { skip }, async () => {
  for (const [args, sequence] of [[[], "\x1b[36m< "], [["--color", "never"], "\n< "]] as const) {
    await inTerminal(echoServer, async (terminal) => {
      await terminal.until(PROMPT);
      await terminal.type("hello", "Enter");
      await terminal.until("< hello");
      assertStringIncludes(await terminal.colors(), sequence);
      await leave(terminal);
    }, { args });
  }
});

test(
  "a terminal: a message comes above the line being typed, wrapped or not",
  { skip },
  async () => {
    const typed = "a line that is still being typed and longer than forty columns";
    let push: () => void = () => {};
    const pushed = new Promise<void>((resolve) => push = resolve);
    await inTerminal(async (peer) => {
      await peer.handshake();
      await pushed;
      await peer.send(concat(textFrame("one"), textFrame("two\nlines")));
      assertEquals((await peer.readFrame()).text, typed);
      assertEquals((await peer.readFrame()).opcode, 8);
      await peer.send(closeFrame(1000));
    }, async (terminal) => {
      await terminal.until(PROMPT);
      await terminal.type("-l", typed);
      await terminal.until("forty columns");
      push();
      const screen = await terminal.until((screen) => /lines\n>.*\n.*forty columns/.test(screen));
      assertEquals(screen.split("\n").slice(-5), [
        "< one",
        "< two",
        "  lines",
        "> a line that is still being typed and l",
        "onger than forty columns",
      ]);
      assertEquals(screen.split("still being typed").length, 2);
      await terminal.type("Enter");
      await leave(terminal);
    }, { size: { columns: 40, rows: 20 } });
  },
);

test("a terminal that becomes narrower and wider again keeps what is being typed", { skip }, async () => {
  await inTerminal(echoServer, async (terminal) => {
    await terminal.until(PROMPT);
    await terminal.type("-l", "a line of some length, which");
    await terminal.until("which");
    await terminal.resize({ columns: 20, rows: 20 });
    await terminal.type("-l", " wraps");
    await terminal.until((screen) =>
      screen.replaceAll("\n", "").endsWith("> a line of some length, which wraps")
    );
    await terminal.resize(usual);
    await terminal.type("-l", " not");
    await terminal.type("Enter");
    await terminal.until("< a line of some length, which wraps not");
    await leave(terminal);
  });
});

test("a terminal is not steered by a message", { skip }, async () => {
  await inTerminal(async (peer) => {
    await peer.handshake();
    await peer.send(textFrame("\x1b[2J\x1b]0;title\x07\x9bH\r> fake"));
    await peer.send(closeFrame(4000, "\x1b[31mred"));
    await peer.readFrame();
  }, async (terminal) => {
    const screen = await terminal.until("exit code 4");
    assertStringIncludes(
      screen.replaceAll("\n", ""),
      "< \\u001b[2J\\u001b]0;title\\u0007\\u009bH\\u000d> fake",
    );
    assertStringIncludes(screen.replaceAll("\n", ""), "closed with 4000");
    assert(!(await terminal.colors()).includes("\x1b[31mred"));
  });
});

test("a terminal: Ctrl-C closes gracefully, and the second one at once", { skip }, async () => {
  await inTerminal(async (peer) => {
    await peer.handshake();
    assertEquals((await peer.readFrame()).close?.code, 1000);
    await peer.send(textFrame("wait"));
    await peer.closed();
  }, async (terminal) => {
    await terminal.until(PROMPT);
    await terminal.type("unfinished");
    await terminal.until("unfinished");
    await terminal.type("C-c");
    await terminal.until("< wait");
    await terminal.type("C-c");
    await terminal.until("exit code 130");
  });
});

test("a terminal: pings with a line that runs, taken away at the end", { skip }, async () => {
  await inTerminal(echoServer, async (terminal) => {
    await terminal.until((screen) =>
      /pong 2: .* ms\n.*3 sent|pong 2: .* ms\n2 sent, 2 answered/.test(screen)
    );
    await terminal.type("C-c");
    const screen = await terminal.until("exit code 0");
    assert(!screen.includes(" sent, "), screen);
    assertMatch(screen, /\d pings, \d answered, 0 % lost/);
  }, { args: ["--ping", "-i", "0.3"] });
});
