import type { DeflateCodec, DeflateStream } from "../core/deflate_codec.ts";

const SAMPLE = new TextEncoder().encode('{"symbol":"ABC","price":100.25,"size":7}'.repeat(50));
const TAIL = [0, 0, 0xff, 0xff];
/** "Hello" in a block with BFINAL (RFC 7692 §7.2.3.4), and a byte behind it. */
const FINAL_BLOCK = Uint8Array.of(0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00);
/** A block of the type that does not exist. */
const CORRUPT = Uint8Array.of(0x06, 0x00);

/**
 * Whether a codec does what its interface says, as far as a few calls can tell.
 *
 * @throws where it does not.
 */
export function selfTest(codec: DeflateCodec): void {
  const deflater = codec.createDeflater({ windowBits: 15, level: 6, memLevel: 8 });
  const inflater = codec.createInflater({ windowBits: 15 });
  try {
    const first = written(deflater, SAMPLE).bytes;
    const second = written(deflater, SAMPLE).bytes;
    check(
      TAIL.every((byte, i) => first.at(i - TAIL.length) === byte),
      "a flush does not end with 00 00 ff ff",
    );
    check(second.length < first.length, "the window is not kept");
    for (const deflated of [first, second]) {
      check(same(written(inflater, deflated).bytes, SAMPLE), "round trip");
    }
    deflater.reset();
    inflater.reset();
    const again = written(deflater, SAMPLE).bytes;
    check(same(written(inflater, again).bytes, SAMPLE), "round trip after a reset");
    inflater.reset();
    const final = written(inflater, FINAL_BLOCK);
    check(final.bytes.length === 5 && final.consumed === FINAL_BLOCK.length - 1, "a block with BFINAL");
    inflater.reset();
    check(fails(() => written(inflater, CORRUPT)), "corrupt data is not noticed");
  } finally {
    deflater.close();
    inflater.close();
  }
}

/** What a stream makes of the whole input, written in two steps: its output is too short at first. */
function written(stream: DeflateStream, input: Uint8Array): { bytes: Uint8Array; consumed: number } {
  const output = new Uint8Array(4096);
  const few = 3;
  stream.write(input, 0, input.length, output, 0, few);
  const { consumed, produced } = stream;
  check(produced === few, "an output that is too short is not filled");
  stream.write(input, consumed, input.length, output, few, output.length);
  return {
    bytes: output.subarray(0, produced + stream.produced),
    consumed: consumed + stream.consumed,
  };
}

function fails(call: () => void): boolean {
  try {
    call();
    return false;
  } catch {
    return true;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`self-test: ${what}`);
}
