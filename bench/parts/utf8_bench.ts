import { isUtf8 } from "node:buffer";
import { Utf8Validator } from "../../src/core/utf8.ts";

const TEXTS = { ASCII: "plain text, as most of it is; ", mixed: "größer · 日本語 · ", emoji: "🙂👍🏽" };

for (const [name, sample] of Object.entries(TEXTS)) {
  const bytes = new TextEncoder().encode(sample.repeat(Math.ceil(1024 / sample.length)).slice(0, 1024));
  const group = `UTF-8, 1 Ki units of ${name}`;
  const decoder = new TextDecoder("utf-8", { fatal: true });

  Deno.bench({
    name: "validate",
    group,
    baseline: true,
    fn: () => void new Utf8Validator().validate(bytes, 0, bytes.length),
  });
  Deno.bench({ name: "node:buffer isUtf8", group, fn: () => void isUtf8(bytes) });
  Deno.bench({ name: "TextDecoder, fatal", group, fn: () => void decoder.decode(bytes) });
}
