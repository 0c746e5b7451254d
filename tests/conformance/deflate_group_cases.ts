import { assertEquals } from "@std/assert";
import { deflated } from "../core/deflate_support.ts";
import { closeFrame, concat, frame, opcodes } from "../support/frames.ts";
import { closes, type ConformanceCase } from "./case.ts";
import { agrees, ClientMessages } from "./deflate_scripts.ts";
import { letters } from "./echo_scripts.ts";
import { bytesLine, textLine } from "./lines.ts";
import { hears, hearsTheEnd } from "./scripts.ts";

/** Bytes in a message. */
const sizes = [0, 1, 16, 64, 255, 256, 1024, 4096, 8192, 16_384, 32_768, 65_535, 65_536, 131_072];

/** What the server answers: every combination that makes a difference. */
const answers = [
  "",
  "; server_no_context_takeover; client_no_context_takeover",
  "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9",
  "; server_max_window_bits=9; client_max_window_bits=9",
  "; server_max_window_bits=15; client_max_window_bits=15",
  "; server_max_window_bits=8; client_max_window_bits=8",
];

/** Messages of all sizes go there and back; every one is compressed by itself, in fragments of at most so many bytes. */
function echoes(answer: string, fragment: number, kind: "text" | "binary"): ConformanceCase {
  const opcode = opcodes[kind];
  const lines = sizes.map((size) => {
    const text = letters(size);
    return kind === "text" ? textLine(text) : bytesLine("binary", concat(text));
  });
  const windowBits = Number(/server_max_window_bits=(\d+)/.exec(answer)?.[1] ?? 15);
  return {
    number: "G9",
    name: `${kind} messages of up to ${sizes.at(-1)} bytes in fragments of ${fragment}, "${answer}"`,
    deliveries: ["whole", "random splits"],
    options: { perMessageDeflate: { threshold: 0 } },
    echoes: true,
    server: async (peer) => {
      await agrees(peer, answer);
      const messages = new ClientMessages();
      for (const [index, size] of sizes.entries()) {
        const payload = deflated(letters(size), { windowBits: Math.max(windowBits, 9) });
        const frames: Uint8Array[] = [];
        for (let at = 0; at < payload.length; at += fragment) {
          frames.push(frame({
            opcode: at === 0 ? opcode : opcodes.continuation,
            rsv: at === 0 ? 4 : 0,
            fin: at + fragment >= payload.length,
            payload: payload.subarray(at, at + fragment),
          }));
        }
        await peer.send(concat(...frames));
        assertEquals(await messages.next(peer), lines[index]);
      }
      await peer.send(closeFrame(1000));
      await hears(peer, "close 1000");
      await peer.end();
      await hearsTheEnd(peer);
    },
    expected: closes(lines, "1000 clean remote"),
  };
}

export const deflateGroupCases: readonly ConformanceCase[] = answers.flatMap((answer, index) => [
  echoes(answer, index % 2 === 0 ? 65_536 : 50, "text"),
  echoes(answer, index % 2 === 0 ? 50 : 65_536, "binary"),
]);
