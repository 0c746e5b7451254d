/** How many text messages a second arrive as strings. M messages/s. */
import { ask } from "./ask.ts";
import { Stopwatch } from "./stopwatch.ts";

await ask(async (bench) => {
  const stopwatch = new Stopwatch(bench, 256);
  let sum = 0;
  await bench.connect(bench.url(`blast?kind=text&size=${bench.size}`), {
    wants: "text",
    onMessage(text) {
      // A string may be made of its bytes only when it is looked at.
      sum = (sum + text.length + text.charCodeAt(0)) | 0;
      stopwatch.count();
    },
  });
  const value = await stopwatch.rate / 1e6;
  if (sum !== Math.imul(bench.size + "{".charCodeAt(0), stopwatch.total)) {
    throw new Error("The text was not what the server sends");
  }
  return { value };
});
