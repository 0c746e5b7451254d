import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type CloseInfo, WebSocketError } from "../../../mod.ts";
import { describeClose } from "../../client/recorder.ts";
import { toHex } from "../../support/frames.ts";
import type { ServerFrame } from "./server.ts";
import type { World } from "./world.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Judges a life that is over: what was told, in which order, what the server read, and what `run` answered. */
export function judge(world: World): void {
  const events = world.record.messages;
  if (world.disposedFirst) {
    assertEquals(events, [], "the program's handler was never used");
  } else {
    judgeOrder(world, events);
    judgeDelivery(world, events);
    judgeOutcome(world, events);
  }
  judgeWire(world, events);
}

const isEnd = (event: string): boolean => /^(closed|error) ?/.test(event);

function judgeOrder({ thrown, forcedAt, record, scenario }: World, events: readonly string[]): void {
  if (forcedAt === 0) return assertEquals(events, ["quit"]);
  assertEquals([events[0], events.at(-1)], ["activated", "quit"]);
  assertEquals(events.filter((event) => event === "activated").length, 1);
  assertEquals(events.filter((event) => event === "quit").length, 1);
  const ends = events.filter(isEnd);
  const endAt = record.events.findIndex(isEnd);
  const thrownBefore = thrown !== undefined && (endAt === -1 || thrown.at <= endAt);
  if (forcedAt !== undefined || thrownBefore) assertEquals(ends, [], "only onQuit follows");
  else if (ends.length === 0) assert(!scenario.hasOnError, "neither closed nor error");
  else assertEquals(ends.length, 1, "exactly one of closed and error");
  if (ends.length > 0) assertEquals(events.at(-2), ends[0], "nothing but onQuit behind the end");
  const last = thrownBefore ? thrown.at : forcedAt;
  if (last !== undefined) {
    assertEquals(record.events.slice(last), ["quit"].slice(thrownInQuit(record.events, last)));
  }
}

/** What was thrown in the last callback has none behind it. */
function thrownInQuit(events: readonly string[], last: number): number {
  return last === events.length ? 1 : 0;
}

function tell({ kind, payload }: ServerFrame): string {
  return `${kind} ${kind === "binary" ? toHex(encoder.encode(payload)) : payload}`;
}

function judgeDelivery(world: World, events: readonly string[]): void {
  const { server } = world;
  const delivered = events.filter((event) => /^(text|binary|ping|pong) /.test(event));
  const expected = server.sent.map(tell);
  assertEquals(delivered, expected.slice(0, delivered.length), "not what the server sent, in order");
  const closed = events.find((event) => event.startsWith("closed"));
  if (closed === undefined || world.scenario.stream.failAt > 0 || server.reset) return;
  assertEquals(delivered.length, expected.length, `something is missing before ${closed}`);
  const code = server.close === undefined ? 1006 : server.close.code ?? 1005;
  assertEquals(closed.split(" ")[1], `${code}`);
}

function judgeOutcome(world: World, events: readonly string[]): void {
  const { outcome, thrown, forcedAt, scenario } = world;
  assert(outcome !== undefined, "run did not settle");
  if (thrown !== undefined) {
    assertEquals(outcome.status, "rejected");
    return void assertStrictEquals((outcome as PromiseRejectedResult).reason, thrown.value);
  }
  if (forcedAt !== undefined) return assertEquals(resolved(outcome), "1006 not clean local");
  const end = events.find(isEnd);
  if (end?.startsWith("closed")) return assertEquals(`closed ${resolved(outcome)}`, end);
  if (scenario.hasOnError) return void resolved(outcome);
  const { reason } = outcome as PromiseRejectedResult;
  assert(reason instanceof WebSocketError, String(reason));
  assert(["ProtocolViolation", "Timeout", "Aborted", "Io"].includes(reason.code), reason.message);
}

function resolved(outcome: PromiseSettledResult<CloseInfo>): string {
  if (outcome.status === "rejected") throw outcome.reason;
  return describeClose(outcome.value);
}

function judgeWire({ server, sent, scenario, lastPing, outcome }: World, events: readonly string[]): void {
  const { frames, isCut } = server.received();
  const seen = frames.map(({ opcode, payload }) => ({ opcode, payload: decoder.decode(payload) }));
  const closeAt = seen.findIndex(({ opcode }) => opcode === 8);
  assert(closeAt === -1 || (closeAt === seen.length - 1 && !isCut), "something was sent behind Close");

  const own = seen.filter(({ payload }) => payload.startsWith("C"));
  assertEquals(own, sent.slice(0, own.length), "not what the program sent, in order");
  const pings = server.sent.filter(({ kind }) => kind === "ping").map(({ payload }) => payload);
  const answers = seen.filter(({ opcode, payload }) => opcode === 10 && payload.startsWith("S"));
  let from = 0;
  for (const { payload } of answers) {
    const at = pings.indexOf(payload, from);
    assert(at >= 0, "a pong that answers no ping, or not in order");
    from = at + 1;
  }
  const others = seen.filter(({ opcode, payload }) => opcode !== 8 && !/^[CS]/.test(payload));
  assert(others.every(({ opcode, payload }) => scenario.keepAlive && opcode === 9 && payload === ""));

  const close = outcome?.status === "fulfilled" ? outcome.value : undefined;
  // What a stream has taken before it failed, or was reset, may be lost, and nobody is told of what.
  if (!close?.wasClean || scenario.stream.failAt > 0 || server.reset) return;
  assert(events.some((event) => event.startsWith("closed")) || scenario.hasOnError);
  assertEquals(
    [own.length, closeAt],
    [sent.length, seen.length - 1],
    "closed cleanly, and something is missing",
  );
  if (lastPing !== undefined) {
    assertEquals(answers.at(-1)?.payload, lastPing, "the last ping was not answered");
  }
}
