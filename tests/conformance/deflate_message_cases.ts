import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { farthestDistance } from "../core/deflate_distances.ts";
import { compressedFrame, deflated } from "../core/deflate_support.ts";
import {
  binaryFrame,
  concat,
  continuationFrame,
  hex,
  opcodes,
  pingFrame,
  textFrame,
} from "../support/frames.ts";
import { type Actions, closes, type ConformanceCase, fails } from "./case.ts";
import {
  agrees,
  breaksCompressed,
  ClientMessages,
  hearsCompressed,
  saysCompressed,
} from "./deflate_scripts.ts";
import { textLine } from "./lines.ts";
import { closesWith, hears } from "./scripts.ts";

const options = { perMessageDeflate: { threshold: 0 } };

/** "Hello", as RFC 7692 §7.2.3.1 compresses it. */
const hello = hex("f2 48 cd c9 c9 07 00");
/** The same with reference to the first (§7.2.3.2). */
const helloAgain = hex("f2 00 11 00 00");

/** A stream of the server's, and what the program is told. */
function told(
  number: string,
  name: string,
  bytes: Uint8Array,
  lines: readonly string[],
  parameters = "",
): ConformanceCase {
  return {
    number,
    name,
    options,
    server: saysCompressed(bytes, parameters),
    expected: closes(lines, "1000 clean remote"),
  };
}

/** A stream that the client must not take. */
function broken(
  number: string,
  name: string,
  bytes: Uint8Array,
  { code = 1007, lines = [], parameters = "" }: {
    readonly code?: number;
    readonly lines?: readonly string[];
    readonly parameters?: string;
  } = {},
): ConformanceCase {
  return {
    number,
    name,
    options,
    server: breaksCompressed(bytes, code, parameters),
    expected: fails(lines, `${code === 1009 ? "LimitExceeded" : "ProtocolViolation"} ${code}`),
  };
}

/** Sends these when activated. */
function sends(...texts: readonly string[]): Actions {
  return {
    activated: (client) => {
      for (const text of texts) client.sendText(text);
    },
  };
}

const received: readonly ConformanceCase[] = [
  told(
    "53",
    "a message that refers to the one before",
    concat(compressedFrame(hello), compressedFrame(helloAgain)),
    [
      "text Hello",
      "text Hello",
    ],
  ),
  broken(
    "53",
    "a message that refers to the one before, where that was forgotten",
    concat(compressedFrame(hello), compressedFrame(helloAgain)),
    { lines: ["text Hello"], parameters: "; server_no_context_takeover" },
  ),
  told(
    "53",
    "messages by themselves",
    concat(compressedFrame(hello), compressedFrame(hello)),
    ["text Hello", "text Hello"],
    "; server_no_context_takeover",
  ),
  {
    number: "54",
    name: "RSV1 on the first of three fragments, a ping in between",
    options,
    server: async (peer) => {
      await agrees(peer);
      await peer.send(concat(
        compressedFrame(hello.subarray(0, 2), { fin: false }),
        continuationFrame(hello.subarray(2, 5), { fin: false }),
        pingFrame("p"),
        continuationFrame(hello.subarray(5)),
      ));
      await hears(peer, "pong 70");
      await closesWith(peer);
    },
    expected: closes(["ping 70", "text Hello"], "1000 clean remote"),
  },
  broken(
    "54",
    "RSV1 on a continuation too",
    concat(
      compressedFrame(hello.subarray(0, 2), { fin: false }),
      continuationFrame(hello.subarray(2), { rsv: 4 }),
    ),
    { code: 1002 },
  ),
  broken(
    "54",
    "RSV1 on a continuation alone",
    concat(textFrame("a", { fin: false }), continuationFrame(hello, { rsv: 4 })),
    { code: 1002 },
  ),
  broken("54", "RSV1 on a ping", pingFrame("", { rsv: 4 }), { code: 1002 }),
  broken("54", "RSV2 beside RSV1", compressedFrame(hello, { rsv: 6 }), { code: 1002 }),
  told("55", "a stored block", compressedFrame(hex("00 05 00 fa ff 48 65 6c 6c 6f 00")), ["text Hello"]),
  told("55", "two blocks", compressedFrame(hex("f2 48 05 00 00 00 ff ff ca c9 c9 07 00")), ["text Hello"]),
  told(
    "55",
    "BFINAL, more blocks, another message",
    concat(
      compressedFrame(hex("f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00")),
      compressedFrame(hex("f3 48 cd c9 c9 07 00 00")),
      compressedFrame(hello),
    ),
    ["text HelloHello", "text Hello", "text Hello"],
  ),
  told(
    "55",
    "BFINAL in the empty block whose end is taken off, another message",
    concat(compressedFrame(hex("f2 48 cd c9 c9 07 04")), compressedFrame(hex("01")), compressedFrame(hello)),
    ["text Hello", "text", "text Hello"],
  ),
  told(
    "55",
    "200 stored blocks",
    compressedFrame(concat(...Array(200).fill(hex("00 01 00 fe ff 61")), hex("00"))),
    [
      textLine("a".repeat(200)),
    ],
  ),
  told("56", "empty messages", concat(compressedFrame(hex("00")), compressedFrame(hex("02 00"))), [
    "text",
    "text",
  ]),
  told(
    "57",
    "messages that are not compressed in between",
    concat(
      textFrame("a"),
      compressedFrame(hello),
      binaryFrame("b"),
      compressedFrame(helloAgain),
      textFrame(""),
    ),
    ["text a", "text Hello", "binary 62", "text Hello", "text"],
  ),
  broken("59", "a block type that there is not", compressedFrame(hex("06 00"))),
  broken("59", "a distance beyond the beginning", compressedFrame(helloAgain)),
  broken("59", "a message cut short", compressedFrame(hello.subarray(0, 4))),
  broken("59", "a stored block cut short", compressedFrame(hex("00 05 00 fa ff 48 65"))),
  broken("59", "RSV1 and nothing", compressedFrame(hex(""))),
  broken("35", "a compressed text that is not UTF-8", compressedFrame(deflated(hex("61 c3 28")))),
  {
    ...broken(
      "59",
      "a bomb, and garbage behind it",
      concat(
        textFrame("a"),
        compressedFrame(deflated(new Uint8Array(5_000_000)), { opcode: opcodes.binary }),
        hex("ff ff ff ff"),
      ),
      { code: 1009, lines: ["text a"] },
    ),
    options: { ...options, maxMessageSize: 1_000_000 },
  },
];

const row = "0123456789,abcdefghijklmnopqrstuvwxyz;".repeat(8);
const rows = Array.from({ length: 30 }, (_, i) => `${i * 7919 % 97} ${row.slice(i)}`);

const sent: readonly ConformanceCase[] = [
  {
    number: "58",
    name: "what the client compresses, byte for byte",
    options,
    client: sends("Hello", "Hello", ""),
    server: async (peer) => {
      await agrees(peer);
      const messages = new ClientMessages();
      assertEquals(await messages.next(peer), "text Hello");
      assertEquals(messages.payload, hello);
      assertEquals(await messages.next(peer), "text Hello");
      assertEquals(messages.payload, helloAgain);
      assertEquals(await messages.next(peer), "text");
      assertEquals(messages.payload, hex("00"));
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
  {
    number: "53",
    name: "what the client compresses without a window",
    options,
    client: sends("Hello", "Hello"),
    server: async (peer) => {
      await agrees(peer, "; client_no_context_takeover");
      for (let i = 0; i < 2; i++) {
        const { rsv, payload } = await peer.readFrame();
        assertEquals([rsv, new Uint8Array(payload)], [4, hello]);
      }
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
  ...[8, 9, 12].map((bits): ConformanceCase => ({
    number: "52",
    name: `the client's window, of ${bits} bits`,
    options,
    client: sends(...rows),
    server: async (peer) => {
      await agrees(peer, `; client_max_window_bits=${bits}`);
      const messages = new ClientMessages();
      let size = 0;
      for (const text of rows) {
        assert((await messages.next(peer)).startsWith(`text ${text.length} characters`));
        assertLessOrEqual(farthestDistance(messages.payload), 2 ** bits);
        size += messages.payload.length;
      }
      assertLess(size, rows.join("").length / 2);
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  })),
  {
    number: "57",
    name: "what the client does not compress: short, or told so",
    options: { perMessageDeflate: { threshold: 5 } },
    client: {
      activated: (client) => {
        client.sendText("four");
        client.sendText("fiver");
        client.sendText("fiver", { compress: false });
        client.sendBinary(hex("01 02 03 04"));
        client.sendBinary(hex("01 02 03 04 05"));
        client.sendBinary(hex("01 02 03 04 05"), { compress: false });
        client.sendText("fiver");
      },
    },
    server: hearsCompressed(
      "",
      "plain text four",
      "text fiver",
      "plain text fiver",
      "plain binary 01 02 03 04",
      "binary 01 02 03 04 05",
      "plain binary 01 02 03 04 05",
      "text fiver",
    ),
    expected: closes([], "1000 clean remote"),
  },
  {
    number: "50",
    name: "a server that does not compress",
    options,
    client: sends("Hello"),
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "text Hello");
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  },
];

export const deflateMessageCases: readonly ConformanceCase[] = [...received, ...sent];
