import { closeBody, closeFrame, concat, frame, hex, opcodes, textFrame } from "../support/frames.ts";
import { type Action, closes, type ConformanceCase, fails } from "./case.ts";
import { endingCases } from "./ending_cases.ts";
import { reconnectCases } from "./reconnect_cases.ts";
import { breaksRules, closesWith, hears, hearsTheEnd, type Script } from "./scripts.ts";

/** A Close that the client has to answer with its own code. */
function answered(code: number, reason = ""): ConformanceCase {
  const told = reason === "" ? `${code}` : `${code} ${JSON.stringify(reason)}`;
  return {
    number: "40",
    name: `Close ${code}${
      reason === "" ? "" : ` with ${reason.length} characters`
    } is answered once, with ${code}`,
    server: async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame(code, reason));
      await hears(peer, `close ${code}`);
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], `${told} clean remote`),
  };
}

const validCodes = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014];
const usersCodes = [3000, 3999, 4000, 4999];

const invalidCodes = [
  0,
  1,
  256,
  999,
  1004,
  1005,
  1006,
  1015,
  1016,
  1100,
  1999,
  2000,
  2999,
  5000,
  9999,
  32768,
  65535,
];

/** Bodies of a Close that break a rule. */
const badBodies: readonly (readonly [name: string, body: Uint8Array, closeCode: number])[] = [
  ["a body of one byte", hex("03"), 1002],
  ["a body of one zero", hex("00"), 1002],
  ["a reason with 0xff", concat(closeBody(1000), hex("ff")), 1007],
  ["a reason with a surrogate", concat(closeBody(1000, "ok "), hex("ed a0 80")), 1007],
  ["a reason with an overlong slash", concat(closeBody(1000), hex("c0 af")), 1007],
  ["a reason cut inside a code point", concat(closeBody(1000, "end "), hex("e2 82")), 1007],
  ["a body of 126 bytes", closeBody(1000, "x".repeat(124)), 1002],
  ["a body of 70000 bytes", closeBody(1000, "x".repeat(69_998)), 1002],
];

/** What the program may close with, and what arrives. */
const closings: readonly (readonly [name: string, action: Action, heard: string, told: string])[] = [
  ["without arguments", (client) => client.close(), "close 1000", "1000"],
  ["with 1000", (client) => client.close(1000), "close 1000", "1000"],
  ["with 3000", (client) => client.close(3000), "close 3000", "3000"],
  ["with 4999 and a reason", (client) => client.close(4999, "bye é"), `close 4999 "bye é"`, "4999"],
  [
    "with a reason of 123 bytes",
    (client) => client.close(1000, "é".repeat(61) + "x"),
    `close 1000 "${"é".repeat(61)}x"`,
    "1000",
  ],
];

/** What it may not. */
const refusals: readonly (readonly [name: string, ...Parameters<CommandTargetClose>])[] = [
  ...[0, 999, 1001, 1005, 1006, 1011, 1015, 2999, 5000, 65536, -1, 1000.5, NaN].map((code) =>
    [`close(${code})`, code] as const
  ),
  ["a reason of 124 letters", 1000, "x".repeat(124)],
  ["a reason of 62 letters in 124 bytes", 3000, "é".repeat(62)],
];
type CommandTargetClose = (code?: number, reason?: string) => void;

/** The client's Close, answered with the same code, then the server ends the stream. */
function hearsClose(line: string, code: number): Script {
  return async (peer) => {
    await peer.handshake();
    await hears(peer, line);
    await peer.send(closeFrame(code));
    await peer.end();
    await hearsTheEnd(peer);
  };
}

/** RFC 6455 §5.5.1 and §7: rows 40 to 49. */
export const closingCases: readonly ConformanceCase[] = [
  ...[...validCodes, ...usersCodes].map((code) => answered(code)),
  answered(1001, "going away"),
  answered(4000, "x".repeat(123)),
  answered(1000, "é€😀"),
  {
    number: "40",
    name: "a second Close is not answered",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(concat(closeFrame(3000), closeFrame(3001)));
      await hears(peer, "close 3000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], "3000 clean remote"),
  },
  {
    number: "40",
    name: "an answer with another code is told, and not answered again",
    client: { activated: (client) => client.close(3000, "mine") },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, `close 3000 "mine"`);
      await peer.send(closeFrame(1001, "yours"));
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], `1001 "yours" clean local`),
  },
  {
    number: "40",
    name: "Close is answered between the fragments of a message",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(textFrame("half", { fin: false }));
      await closesWith(peer, 1001);
    },
    expected: closes([], "1001 clean remote"),
  },
  {
    number: "40",
    name: "Close is answered over TLS",
    tls: {},
    server: async (peer) => {
      await peer.handshake();
      await closesWith(peer, 1012);
    },
    expected: closes([], "1012 clean remote"),
  },
  ...badBodies.map(([name, body, closeCode]): ConformanceCase => ({
    number: "41",
    name,
    server: breaksRules(frame({ opcode: opcodes.close, payload: body }), closeCode),
    expected: fails([], `ProtocolViolation ${closeCode}`),
  })),
  ...invalidCodes.map((code): ConformanceCase => ({
    number: "42",
    name: `Close with ${code}`,
    server: breaksRules(closeFrame(code, "reason")),
    expected: fails([], "ProtocolViolation 1002"),
  })),
  {
    number: "42",
    name: "Close with 1005 in answer to the program's Close",
    client: { activated: (client) => client.close() },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 1000");
      await peer.send(closeFrame(1005));
      await hearsTheEnd(peer);
    },
    expected: fails([], "ProtocolViolation 1002"),
  },
  ...closings.map(([name, action, heard, told]): ConformanceCase => ({
    number: "43",
    name: `closing ${name}`,
    client: { activated: action },
    server: hearsClose(heard, Number(told)),
    expected: closes([], `${told} clean local`),
  })),
  ...refusals.map(([name, code, reason]): ConformanceCase => ({
    number: "43",
    name: `${name} is refused, and the connection stays open`,
    client: {
      activated: [(client) => client.close(code, reason), (client) => client.sendText("open")],
    },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "text open");
      await closesWith(peer);
    },
    expected: closes(["threw InvalidConfiguration"], "1000 clean remote"),
  })),
  {
    number: "44",
    name: "Close without a code is 1005, answered without a code",
    server: async (peer) => {
      await peer.handshake();
      await peer.send(closeFrame());
      await hears(peer, "close");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], "1005 clean remote"),
  },
  {
    number: "44",
    name: "an answer without a code is 1005",
    client: { activated: (client) => client.close(3000) },
    server: async (peer) => {
      await peer.handshake();
      await hears(peer, "close 3000");
      await peer.send(closeFrame());
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes([], "1005 clean local"),
  },
  ...endingCases,
  ...reconnectCases,
];
