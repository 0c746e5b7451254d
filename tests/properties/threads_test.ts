import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { AsyncClient, BlockingClient, type CloseInfo, IoThread, type WebSocketEvent } from "../../mod.ts";
import { describeClose } from "../client/recorder.ts";
import { bounded } from "../client/setup.ts";
import { type Order, ORDERS } from "./obedient_server.ts";
import { holds } from "./property.ts";
import { filled } from "./streams.ts";

/** What a program does, one after the other. */
type Step =
  | { readonly do: "text" | "binary"; readonly size: number }
  | { readonly do: "order"; readonly order: Order }
  | { readonly do: "ping" | "close" | "forceQuit" };

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("text", "binary"),
      size: fc.oneof({ weight: 6, arbitrary: fc.nat(200) }, {
        weight: 1,
        arbitrary: fc.constantFrom(5000, 70_000),
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("order"), order: fc.constantFrom("!ping", "!texts", ...ORDERS) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("ping", "ping", "close", "forceQuit") }) },
) as fc.Arbitrary<Step>;

const programs = fc.record({
  steps: fc.array(step, { maxLength: 10, size: "max" }),
  // A small one makes the socket wait for the reader.
  eventCapacity: fc.constantFrom(128, 4096, 1 << 20),
});

/** How a connection must end. */
interface Ending {
  readonly last: string;
  /** Everything that was on its way has been told before. */
  readonly isComplete: boolean;
}

const ENDINGS: Readonly<Record<string, Ending>> = {
  close: { last: "closed 1000 clean local", isComplete: true },
  "!close": { last: "closed 3000 clean remote bye", isComplete: true },
  "!fin": { last: "closed 1006 not clean none", isComplete: true },
  "!reset": { last: "closed 1006 not clean none", isComplete: false },
  "!garbage": { last: "error ProtocolViolation", isComplete: true },
  forceQuit: { last: "", isComplete: false },
};

const textOf = (size: number) => new TextDecoder().decode(filled(size, 1, size));
const bytesOf = (size: number) => filled(size, 2, size);

/** What a program does up to its first step that ends the connection, and what must come of it. */
function planOf(
  all: readonly Step[],
): { readonly steps: readonly Step[]; readonly told: readonly string[]; readonly ending: Ending } {
  const nameOf = (step: Step): string => step.do === "order" ? step.order : step.do;
  const at = all.findIndex((step) => nameOf(step) in ENDINGS);
  const steps = at === -1 ? [...all, { do: "close" } as const] : all.slice(0, at + 1);
  const told = steps.flatMap((step) => {
    if (step.do === "text") return [`text ${textOf(step.size)}`];
    if (step.do === "binary") return [`binary ${bytesOf(step.size).join()}`];
    if (step.do !== "order") return [];
    return step.order === "!ping"
      ? ["ping p"]
      : step.order === "!texts"
      ? ["text t0", "text t1", "text t2"]
      : [];
  });
  return { steps, told, ending: ENDINGS[nameOf(steps.at(-1)!)] };
}

function describeEvent(event: WebSocketEvent): string {
  switch (event.type) {
    case "text":
      return `text ${event.data}`;
    case "binary":
      return `binary ${event.data.join()}`;
    case "ping":
    case "pong":
      return `${event.type} ${new TextDecoder().decode(event.data)}`;
    case "closed":
      return `closed ${describeClose(event.close)}`;
    case "error":
      return `error ${event.error.code}`;
    default:
      return event.type;
  }
}

function judge(events: readonly string[], all: readonly Step[], joined?: CloseInfo): void {
  const { told, ending } = planOf(all);
  // A server that was told to end may not have read what came before; a forced end may come before the beginning.
  if (!ending.isComplete && events[0] !== "activated") return assertEquals(events, ["quit"]);
  assertEquals([events[0], events.at(-1)], ["activated", "quit"]);
  const inner = events.slice(1, -1);
  if (ending.last !== "") {
    const last = inner.pop();
    assertEquals(last, ending.last);
    if (joined !== undefined && last?.startsWith("closed")) {
      assertEquals(`closed ${describeClose(joined)}`, last);
    }
  }
  assertEquals(inner, told.slice(0, inner.length));
  if (ending.isComplete) assertEquals(inner.length, told.length, "something is missing");
}

describe("any program over threads", () => {
  let worker: Worker;
  let url: string;
  let thread: IoThread;

  before(async () => {
    worker = new Worker(new URL("./obedient_worker.ts", import.meta.url));
    [url] = await once(worker, "message");
    thread = new IoThread();
  });
  after(async () => {
    await thread.close();
    await worker.terminate();
  });

  it("AsyncClient: tells what came, in order, and one end", async () => {
    await holds(
      fc.asyncProperty(programs, async ({ steps, eventCapacity }) => {
        const client = await bounded("connect", AsyncClient.connect(url, { thread, eventCapacity }));
        const joining = client.run().join().then((close) => close, () => undefined);
        const events: string[] = [];
        const reading = (async () => {
          for await (const event of client.events) events.push(describeEvent(event));
        })();
        for (const step of planOf(steps).steps) {
          const { control } = client;
          if (step.do === "text") await control.sendText(textOf(step.size));
          else if (step.do === "binary") await control.sendBinary(bytesOf(step.size));
          else if (step.do === "ping") await control.sendPing();
          else if (step.do === "order") await control.sendText(step.order);
          else if (step.do === "close") await control.close();
          else await control.forceQuit();
        }
        await bounded("the end", reading);
        // Where the channel is full when the program leaves, nobody waits for room: it is closed in place of `quit`.
        if (planOf(steps).steps.at(-1)?.do === "forceQuit" && events.at(-1) !== "quit") events.push("quit");
        judge(events, steps, await bounded("join", joining));
        assertEquals(client.state, "closed");
      }),
      { runs: 40 },
    );
  });

  it("BlockingClient: tells what came, in order, and one end", async () => {
    await holds(
      fc.property(programs, ({ steps, eventCapacity }) => {
        const limits = { readTimeout: 4000, writeTimeout: 4000 };
        const client = BlockingClient.connect(url, { thread, eventCapacity, ...limits });
        const events: string[] = [];
        for (const step of planOf(steps).steps) {
          if (step.do === "text") client.sendText(textOf(step.size));
          else if (step.do === "binary") client.sendBinary(bytesOf(step.size));
          else if (step.do === "ping") client.sendPing();
          else if (step.do === "order") client.sendText(step.order);
          else client[step.do]();
        }
        while (events.at(-1) !== "quit") {
          const event = client.read();
          assert(event !== undefined, `nothing came behind ${events.join("; ").slice(-200)}`);
          events.push(describeEvent(event));
        }
        judge(events, steps);
        assertEquals(client.state, "closed");
      }),
      { runs: 40 },
    );
  });
});
