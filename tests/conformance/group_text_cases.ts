import { concat, continuationFrame, hex, textFrame } from "../support/frames.ts";
import type { ConformanceCase } from "./case.ts";
import { echoed, failsAfterEcho } from "./echo_scripts.ts";
import { textLine } from "./lines.ts";

/** Texts of RFC 3629 §3 and §4, as they come in programs. */
const texts: readonly (readonly [name: string, text: string])[] = [
  ["Greek", "Ξεσκεπάζω τὴν ψυχοφθόρα βδελυγμία"],
  ["Czech, Polish and Icelandic", "Příliš žluťoučký kůň, zażółć gęślą jaźń, kæmi ný öxi"],
  ["Russian", "Съешь же ещё этих мягких французских булок"],
  ["Hebrew and Arabic", "דג סקרן שט בים, نص حكيم له سر قاطع"],
  ["Japanese and Chinese", "いろはにほへと、天地玄黃宇宙洪荒"],
  ["combining marks", "e\u0301 a\u0308 n\u0303"],
  ["emoji joined by U+200D", "👩\u200d🚀 👨\u200d👩\u200d👧"],
  ["the ends of each length", "\0\x7f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"],
  ["what is next to the surrogates", "\ud7ff\ue000"],
  ["the replacement character", "\ufffd"],
  ["the noncharacters U+FDD0 to U+FDEF", String.fromCodePoint(...range(0xfdd0, 0xfdef))],
  [
    "the last two code points of every plane",
    String.fromCodePoint(
      ...range(0, 16).flatMap((plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff]),
    ),
  ],
];

/** RFC 3629 §3: bytes that never occur; §4 has the rest. */
const neverFirst = ["c0", "c1", ...range(0xf5, 0xff).map((byte) => byte.toString(16))];

/** Code points in more bytes than it takes. */
const overlong: readonly (readonly [name: string, digits: string])[] = [
  ["U+002F in two bytes", "c0 af"],
  ["U+002F in three bytes", "e0 80 af"],
  ["U+002F in four bytes", "f0 80 80 af"],
  ["U+002F in five bytes", "f8 80 80 80 af"],
  ["U+002F in six bytes", "fc 80 80 80 80 af"],
  ["U+007F in two bytes", "c1 bf"],
  ["U+07FF in three bytes", "e0 9f bf"],
  ["U+FFFF in four bytes", "f0 8f bf bf"],
  ["U+1FFFFF in five bytes", "f8 87 bf bf bf"],
  ["U+3FFFFFF in six bytes", "fc 83 bf bf bf bf"],
  ["NUL in two bytes", "c0 80"],
  ["NUL in three bytes", "e0 80 80"],
  ["NUL in four bytes", "f0 80 80 80"],
];

const surrogates: readonly (readonly [name: string, digits: string])[] = [
  ["U+D800", "ed a0 80"],
  ["U+DB7F", "ed ad bf"],
  ["U+DB80", "ed ae 80"],
  ["U+DBFF", "ed af bf"],
  ["U+DC00", "ed b0 80"],
  ["U+DF80", "ed be 80"],
  ["U+DFFF", "ed bf bf"],
  ["U+D800 and U+DC00", "ed a0 80 ed b0 80"],
  ["U+DB7F and U+DFFF", "ed ad bf ed bf bf"],
  ["U+DBFF and U+DC00", "ed af bf ed b0 80"],
  ["U+DBFF and U+DFFF", "ed af bf ed bf bf"],
];

const beyond: readonly (readonly [name: string, digits: string])[] = [
  ["U+110000", "f4 90 80 80"],
  ["U+13FFFF", "f4 bf bf bf"],
  ["U+1FFFFF", "f7 bf bf bf"],
  ["U+200000", "f8 88 80 80 80"],
  ["U+7FFFFFFF", "fd bf bf bf bf bf"],
];

const misplaced: readonly (readonly [name: string, digits: string])[] = [
  ["one continuation byte", "80"],
  ["two continuation bytes", "80 bf"],
  ["seven continuation bytes", "80 bf 80 bf 80 bf 80"],
  ["a first byte of two and a space", "c2 20"],
  ["a first byte of three and a space", "e0 20"],
  ["two bytes of three and a space", "ef bf 20"],
  ["a first byte of four and a space", "f0 20"],
  ["three bytes of four and a space", "f4 8f bf 20"],
  ["beginnings one behind the other", "c3 e2 82 f0 9f 98"],
];

/** Beginnings with which a message ends. */
const unfinished = ["c2", "df", "e0", "e0 a0", "ef bf", "f0", "f0 90", "f4 8f", "f4 8f bf"];

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Bytes between valid text, in one frame; and where the second byte begins a fragment. */
function refused(name: string, digits: string): ConformanceCase[] {
  const bytes = concat("κόσμε ", hex(digits), " edited");
  const cut = concat("κόσμε ").length + 1;
  return [
    failsAfterEcho("G6", `${name} is refused`, textFrame(bytes), 1007),
    failsAfterEcho(
      "G6",
      `${name}, cut by a fragment, is refused`,
      concat(textFrame(bytes.slice(0, cut), { fin: false }), continuationFrame(bytes.slice(cut))),
      1007,
    ),
  ];
}

/** One fragment for each byte. */
function byteByByte(text: string): Uint8Array {
  const bytes = concat(text);
  return concat(
    textFrame(bytes.slice(0, 1), { fin: false }),
    ...Array.from(bytes.subarray(1), (byte) => continuationFrame(Uint8Array.of(byte), { fin: false })),
    continuationFrame(""),
  );
}

/** By subject: UTF-8. */
export const groupTextCases: readonly ConformanceCase[] = [
  ...texts.map(([name, text]) =>
    echoed(
      "G6",
      `${name} there and back, whole and in fragments`,
      concat(textFrame(text), byteByByte(text)),
      textLine(text),
      textLine(text),
    )
  ),
  ...neverFirst.map((digits) =>
    failsAfterEcho("G6", `0x${digits} is refused as soon as it is there`, textFrame(hex(digits)), 1007)
  ),
  ...overlong.flatMap(([name, digits]) => refused(name, digits)),
  ...surrogates.flatMap(([name, digits]) => refused(`the surrogate ${name}`, digits)),
  ...beyond.flatMap(([name, digits]) => refused(name, digits)),
  ...misplaced.flatMap(([name, digits]) => refused(name, digits)),
  ...unfinished.map((digits) =>
    failsAfterEcho(
      "G6",
      `a message that ends with ${digits} is refused`,
      textFrame(concat("κόσμε", hex(digits))),
      1007,
    )
  ),
];
