import {
  binaryFrame,
  closeFrame,
  concat,
  continuationFrame,
  pingFrame,
  textFrame,
} from "../support/frames.ts";
import { closes, type ConformanceCase } from "./case.ts";
import { letters } from "./echo_scripts.ts";
import { bytesLine, textLine } from "./lines.ts";
import { hears, hearsTheEnd } from "./scripts.ts";

/** What has come whole before the server's Close is told; nothing behind it is, and nothing is answered. */
function closedBetween(
  name: string,
  { before, behind, told }: { before: Uint8Array; behind: Uint8Array; told: readonly string[] },
): ConformanceCase {
  return {
    number: "G7",
    name,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(before, closeFrame(1000, "enough"), behind));
      await hears(peer, "close 1000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(told, `1000 "enough" clean remote`),
  };
}

const nothing = new Uint8Array(0);
const large = letters(256 * 1024);

/** By subject: closing. */
export const groupClosingCases: readonly ConformanceCase[] = [
  closedBetween("a text, then Close", { before: textFrame("last"), behind: nothing, told: ["text last"] }),
  closedBetween("Close, then a text", { before: nothing, behind: textFrame("late"), told: [] }),
  closedBetween("Close, then a ping", { before: nothing, behind: pingFrame("late"), told: [] }),
  closedBetween("Close twice", { before: nothing, behind: closeFrame(1000, "enough"), told: [] }),
  closedBetween("a text of 256 KiB, Close, then a ping", {
    before: textFrame(large),
    behind: pingFrame("late"),
    told: [textLine(large)],
  }),
  closedBetween("a binary of 256 KiB in two fragments, Close, then a text", {
    before: concat(
      binaryFrame(large.slice(0, 100_000), { fin: false }),
      continuationFrame(large.slice(100_000)),
    ),
    behind: textFrame("late"),
    told: [bytesLine("binary", concat(large))],
  }),
  closedBetween("a fragment, Close, then the last fragment", {
    before: textFrame("half", { fin: false }),
    behind: continuationFrame("other half"),
    told: [],
  }),
  {
    number: "G7",
    name: "a message of the program, its Close, and the answer to both",
    client: { activated: [(client) => client.sendText("last"), (client) => client.close(3000, "done")] },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "text last", `close 3000 "done"`);
      await peer.send(concat(textFrame("answer"), closeFrame(3000, "done")));
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(["text answer"], `3000 "done" clean local`),
  },
  {
    number: "G7",
    name: "both close at the same time",
    client: { "text now": (client) => client.close(4000) },
    except: { remote: "the socket's thread may have answered the server's Close before the program closes" },
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(textFrame("now"), closeFrame(1001)));
      await hears(peer, "close 4000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(["text now"], "1001 clean local"),
  },
];
