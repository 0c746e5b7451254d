import { EXIT_CODES } from "./exit_code.ts";
import { OPTION_GROUPS, type OptionSpec } from "./option_table.ts";
import type { Style } from "./style.ts";

const WIDTH = 80;
/** Room for what an option is called. */
const COLUMN = 28;

/** The text of --help. */
export function helpText(style: Style): string {
  const title = (text: string): string => style("bold", text);
  return [
    "A WebSocket client for the terminal.",
    "",
    `${title("Usage:")} websocket [options] URL`,
    "",
    ...paragraph(
      "In a terminal, what you type is sent, a line a message, and what comes is shown. Piped, each line of the " +
        "input is a message, and each message a line of the output. URL is ws://, wss://, http://, https://, " +
        "ws+unix:/path.sock:/resource or wss+unix:; without a scheme, wss:// is meant, and ws:// for localhost.",
      0,
    ),
    "",
    title("Examples:"),
    "  websocket wss://example.com/feed",
    "  echo hello | websocket localhost:8080",
    `  websocket -n -m '{"subscribe":"ticker"}' example.com/feed | head -100`,
    `  websocket -c 1 -m '{"get":"time"}' example.com/rpc < /dev/null`,
    "  websocket -H @token.txt --ca internal-ca.pem wss://internal.example/feed",
    "  websocket --ping -c 10 example.com/feed",
    "  websocket --bench localhost:8080",
    ...OPTION_GROUPS.flatMap(({ title: name, options }) => ["", title(`${name}:`), ...options.flatMap(rows)]),
    "",
    title("In a terminal:"),
    ...table([
      ["/ping [TEXT]", "send a ping; how long it took is shown"],
      ["/binary BASE64", "send a binary message"],
      ["/send TEXT", "send TEXT, whatever it begins with; // at the beginning of a line sends one slash"],
      ["/stats", "what went over the connection so far"],
      ["/close [CODE [REASON]]", "close: 1000, or 3000 to 4999"],
      ["Ctrl-C, Ctrl-D", "close; Ctrl-C again leaves at once"],
    ]),
    "",
    title("Exit codes:"),
    ...table(EXIT_CODES.map(([code, meaning]) => [String(code), meaning]), 8),
    "",
  ].join("\n");
}

function rows(option: OptionSpec): readonly string[] {
  const { short, name, value, text } = option;
  const called = `${short === undefined ? "    " : `-${short}, `}--${name}${
    value === undefined ? "" : ` ${value}`
  }`;
  return table([[called, text]]);
}

/** Two columns; where the first is too narrow, the second begins on the next line. */
function table(
  entries: readonly (readonly [name: string, text: string])[],
  column = COLUMN,
): readonly string[] {
  return entries.flatMap(([name, text]) => {
    const [first = "", ...others] = paragraph(text, column);
    const head = `  ${name}`;
    if (head.length > column - 2) return [head, first, ...others];
    return [head.padEnd(column) + first.slice(column), ...others];
  });
}

/** Lines of at most 80 columns, each indented. */
function paragraph(text: string, indent: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((line) => " ".repeat(indent) + line);
}
