import { Utf8Validator } from "../../src/core/utf8.ts";
import { nativeText } from "../../src/driver/native_text.ts";

const TEXTS = { ASCII: "plain text, as most of it is; ", mixed: "größer · 日本語 · ", emoji: "🙂👍🏽" };

for (const [name, sample] of Object.entries(TEXTS)) {
  for (const units of [64, 256, 1024, 65536]) {
    const text = sample.repeat(Math.ceil(units / sample.length)).slice(0, units);
    const bytes = new TextEncoder().encode(text);
    const group = `UTF-8, ${units} units of ${name}`;
    const own = new Utf8Validator();
    const native = new Utf8Validator(nativeText.utf8Checks);
    const decoder = new TextDecoder("utf-8", { fatal: true });

    Deno.bench({ name: "in JavaScript", group, baseline: true, fn: () => validate(own, bytes) });
    Deno.bench({ name: "by the runtime, where longer", group, fn: () => validate(native, bytes) });
    Deno.bench({ name: "TextDecoder, fatal", group, fn: () => void decoder.decode(bytes) });
  }
}

function validate(validator: Utf8Validator, bytes: Uint8Array): void {
  validator.reset();
  if (!validator.validate(bytes, 0, bytes.length)) throw new Error("That is UTF-8");
}
