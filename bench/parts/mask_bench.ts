import { applyMask } from "../../src/core/mask.ts";

const KEY = 0x1234_5678;

for (const size of [16, 125, 1024, 65536]) {
  const memory = new ArrayBuffer((size + 3) & ~3);
  const bytes = new Uint8Array(memory);
  const words = new Int32Array(memory);
  const key = new Uint8Array([0x78, 0x56, 0x34, 0x12]);

  Deno.bench({
    name: "mask",
    group: `mask ${size} B`,
    baseline: true,
    fn: () => applyMask(bytes, words, 0, size, KEY),
  });

  Deno.bench({
    name: "byte by byte",
    group: `mask ${size} B`,
    fn() {
      for (let i = 0; i < size; i++) bytes[i] ^= key[i & 3];
    },
  });
}
