/** How many binary messages a second arrive when nobody looks at them. M messages/s. */
import { ask } from "./ask.ts";
import { Stopwatch } from "./stopwatch.ts";

await ask(async (bench) => {
  const stopwatch = new Stopwatch(bench, 1024);
  await bench.connect(bench.url(`blast?size=${bench.size}`), {
    wants: "arrival",
    onMessage: () => stopwatch.count(),
  });
  return { value: await stopwatch.rate / 1e6 };
});
