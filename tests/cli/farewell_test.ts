import { test } from "node:test";
import { assertEquals } from "@std/assert";
import { Farewell } from "../../src/cli/farewell.ts";
import type { Outgoing } from "../../src/cli/input_format.ts";
import type { Link } from "../../src/cli/link.ts";
import { PayloadView } from "../../src/core/payload.ts";
import { ManualClock } from "../support/manual_clock.ts";

/** A farewell that has begun, and what there is to see of it. */
function farewell() {
  const clock = new ManualClock();
  const state = { isOutputFull: false, done: 0, bytesReceived: 0 };
  const sent: Outgoing[] = [];
  const link = {
    send: (message: Outgoing) => sent.push(message) > 0,
    get stats() {
      return { bytesReceived: state.bytesReceived, bytesSent: 0 } as Link["stats"];
    },
  };
  const subject = new Farewell({
    clock,
    patience: 1000,
    isOutputFull: () => state.isOutputFull,
    onDone: () => state.done++,
  });
  subject.begin(link);
  const pong = (bytes: Uint8Array): void => {
    const payload = new PayloadView();
    payload.point(bytes, 0, bytes.length);
    subject.onPong(payload);
  };
  return { clock, state, sent, subject, pong };
}

test("farewell: it is over with the pong to its ping, and with no other", () => {
  const { clock, state, sent, subject, pong } = farewell();
  const [ping] = sent;
  assertEquals([sent.length, ping!.type], [1, "ping"]);
  pong(Uint8Array.of(1, 2, 3));
  pong(new Uint8Array(0));
  assertEquals(state.done, 0);
  pong((ping as { data: Uint8Array }).data);
  assertEquals(state.done, 1);
  subject.stop();
  pong((ping as { data: Uint8Array }).data);
  assertEquals([state.done, clock.pending], [1, 0]);
});

test("farewell: a server that does not answer is waited for as long as something moves", () => {
  const { clock, state } = farewell();
  for (let time = 0; time < 10_000; time += 500) {
    state.bytesReceived++;
    clock.advance(500);
  }
  assertEquals(state.done, 0);
  clock.advance(1000);
  assertEquals(state.done, 1);
});

test("farewell: an output that holds messages up is waited for", () => {
  const { clock, state } = farewell();
  state.isOutputFull = true;
  clock.advance(60_000);
  assertEquals(state.done, 0);
  state.isOutputFull = false;
  clock.advance(1000);
  assertEquals(state.done, 1);
});
