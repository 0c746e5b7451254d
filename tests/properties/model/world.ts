import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type CloseInfo, type NonBlockingClient, WebSocketError } from "../../../mod.ts";
import { type Actions, callbackNames, recorder } from "../../client/recorder.ts";
import { frameSize } from "../../../src/core/encoder.ts";
import type { MemoryStreamOptions } from "../../../src/transport/memory.ts";
import { microtasks, type PinnedClient, pinnedClient } from "../pinned_client.ts";
import type { Action, ClientAction, Scenario, TimeAction } from "./actions.ts";
import { ModelServer, numbered } from "./server.ts";

/** The order in which states may follow. */
const RANK = { connecting: 0, open: 1, closing: 2, closed: 3 };
const OPCODES = { text: 1, binary: 2, ping: 9, pong: 10 };

/** What the program sent, and was not refused. */
export interface Sent {
  readonly opcode: number;
  readonly payload: string;
}

/** What a program's callback throws. */
class Thrown extends Error {}

/** A connection on which a scenario is played; what can be judged at once is judged here. */
export class World {
  readonly scenario: Scenario;
  readonly server: ModelServer;
  readonly pinned: PinnedClient;
  /** What the handler was told. */
  readonly record: ReturnType<typeof recorder>;
  readonly sent: Sent[] = [];
  /** What the first callback that threw has thrown. */
  thrown: { readonly value: Thrown; readonly at: number } | undefined;
  /** How many events there were when the program left, if it did before the end was told. */
  forcedAt: number | undefined;
  /** The client was disposed of before it ran. */
  disposedFirst = false;
  /** What an assertion in a callback has thrown: the client takes it for the program's. */
  #failure: unknown;
  /** The payload of the last ping that came while open. */
  lastPing: string | undefined;
  outcome: PromiseSettledResult<CloseInfo> | undefined;

  readonly #abort = new AbortController();
  #rank = 0;
  #callbacks = 0;
  #refusals = 0;
  #drains = 0;
  #corked = 0;
  #ran = false;
  #isInCallback = false;
  #running: Promise<unknown> | undefined;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    const { highWaterMark, maxBufferedAmount, keepAlive, stream } = scenario;
    const { takes, capacity, splits, failAt, isLoss } = stream;
    const error = isLoss ? undefined : Object.assign(new Error("broken"), { code: "EIO" });
    const near: MemoryStreamOptions = { takes, capacity, splits, failAt: failAt || undefined, error };
    this.pinned = pinnedClient({
      near,
      settings: {
        highWaterMark,
        maxBufferedAmount,
        signal: this.#abort.signal,
        keepAlive: keepAlive ? { interval: 1000, timeout: 500 } : undefined,
      },
    });
    this.server = new ModelServer(this.pinned.server, scenario.serverAnswers);
    const actions: Actions = Object.fromEntries(
      callbackNames.map((name) => [name, (_client: NonBlockingClient, argument: { text?: string }) => {
        this.#inCallback(name, argument?.text);
      }]),
    );
    this.record = recorder(scenario.hasOnError ? actions : { ...actions, onError: undefined });
  }

  get client(): NonBlockingClient {
    return this.pinned.client;
  }

  /** Whether the end has been told. */
  get ended(): boolean {
    return this.record.events.some((event) => /^(closed|error)/.test(event));
  }

  /** Plays all of it, and brings it to its end. */
  async play(): Promise<void> {
    for (const action of this.scenario.before) await this.#step(action);
    await this.#step({ do: "run" });
    for (const action of this.scenario.after) await this.#step(action);
    await this.#finish();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #step(action: Action): Promise<void> {
    if (action.do === "time" || action.do === "turns") await this.#passTime(action);
    else if (action.do === "resume") this.pinned.connection.resume();
    else if (!this.server.perform(action)) this.#perform(action);
    await microtasks(2);
    this.#look();
  }

  async #passTime(action: TimeAction): Promise<void> {
    if (action.do === "turns") await microtasks(action.count);
    else this.pinned.clock.advance(action.ms);
  }

  async #finish(): Promise<void> {
    const { connection, clock } = this.pinned;
    connection.resume();
    this.client.close();
    await microtasks(200);
    this.server.perform({ do: "ends" });
    for (let rounds = 0; !connection.finished && rounds < 20; rounds++) {
      await this.#flow();
      connection.resume();
      clock.advance(1000);
      this.#look();
    }
    assert(connection.finished, "it does not come to an end");
    await this.#running;
    const told = this.record.events.length;
    this.#abort.abort();
    clock.advance(100_000);
    await microtasks(50);
    assertEquals(this.record.events.length, told, "something was told after the end");
    assertEquals(clock.pending, 0, "timers are left");
    assertEquals([this.client.state, this.client.bufferedAmount], ["closed", 0]);
  }

  /** Lets everything arrive, or as much as there is before the end. */
  async #flow(): Promise<void> {
    const { takes, capacity } = this.scenario.stream;
    for (
      let left = 8000 / Math.min(takes, capacity);
      left > 0 && !this.pinned.connection.finished;
      left -= 20
    ) {
      await microtasks(20);
    }
  }

  /** States never go back. */
  #look(): void {
    const rank = RANK[this.client.state];
    assert(rank >= this.#rank, `state ${this.client.state} after one of rank ${this.#rank}`);
    this.#rank = rank;
  }

  #inCallback(name: string, text: string | undefined): void {
    try {
      assert(!this.#isInCallback, `${name} from within another callback`);
      this.#isInCallback = true;
      this.#onCallback(name, text);
    } catch (error) {
      if (!(error instanceof Thrown)) this.#failure ??= error;
      throw error;
    } finally {
      this.#isInCallback = false;
    }
  }

  #onCallback(name: string, text: string | undefined): void {
    this.#look();
    if (name === "onPing" && this.client.state === "open") this.lastPing = text;
    if (name === "onDrain") {
      assert(++this.#drains <= this.#refusals, "onDrain without a send that answered false");
      assertEquals(this.client.state, "open");
      assert(this.client.bufferedAmount <= this.scenario.highWaterMark, "onDrain above the high-water mark");
    }
    const reaction = this.scenario.reactions[this.#callbacks++];
    if (reaction === undefined || reaction === null) return;
    for (const action of reaction.actions) this.#perform(action);
    if (!reaction.throws) return;
    const value = new Thrown(name);
    this.thrown ??= { value, at: this.record.events.length };
    throw value;
  }

  #perform(action: ClientAction): void {
    const { client } = this;
    switch (action.do) {
      case "text":
      case "binary":
      case "ping":
      case "pong":
        this.#send(action.do, action.size);
        break;
      case "cork":
        this.#cork(action);
        break;
      case "close":
        client.close(action.code, action.reason);
        assert(client.state !== "open");
        break;
      case "forceQuit":
        if (!this.ended && !this.pinned.connection.finished && this.thrown === undefined) {
          this.forcedAt ??= this.record.events.length;
        }
        client.forceQuit();
        assertEquals(client.state, "closed");
        break;
      case "dispose":
      case "disposeAsync":
        this.disposedFirst ||= !this.#ran;
        if (action.do === "dispose") client[Symbol.dispose]();
        else void client[Symbol.asyncDispose]();
        assert(client.state !== "open");
        break;
      case "run":
        this.#run();
        break;
      case "abort":
        this.#abort.abort(new Error("enough"));
        break;
      case "pause":
        this.pinned.connection.pause();
    }
    this.#look();
  }

  #run(): void {
    const first = !this.#ran && !this.disposedFirst;
    this.#ran = true;
    const running = Promise.allSettled([this.client.run(this.record.handler)]);
    if (first) {
      this.#running = running.then(([outcome]) => this.outcome = outcome);
    } else {
      running.then(([outcome]) => {
        const { reason } = outcome as PromiseRejectedResult;
        assertEquals((reason as WebSocketError).code, "SocketUnavailable");
      });
    }
  }

  #cork({ inside, throws }: ClientAction & { do: "cork" }): void {
    const { writes } = this.pinned.stream;
    const before = writes.length;
    const marker = new Error("thrown while corked");
    this.#corked++;
    try {
      const answer = this.client.cork(() => {
        for (const action of inside) this.#perform(action);
        assertEquals(writes.length, before, "something was written while corked");
        this.#corked--;
        if (throws) throw marker;
        return 42;
      });
      assertEquals(answer, 42);
      assert(!throws, "cork swallowed what was thrown");
    } catch (error) {
      if (!throws) throw error;
      assertStrictEquals(error, marker);
    }
    if (this.#corked === 0) assert(writes.length <= before + 1, "more than one write for a cork");
  }

  #send(kind: keyof typeof OPCODES, size: number): void {
    const { client, scenario } = this;
    const payload = numbered("C", size);
    const expected = client.state !== "open"
      ? "ConnectionClosed"
      : (OPCODES[kind] >= 8 && payload.length > 125) ||
          client.bufferedAmount + frameSize(payload.length) > scenario.maxBufferedAmount
      ? "LimitExceeded"
      : undefined;
    const bytes = new TextEncoder().encode(payload);
    try {
      const goOn = kind === "text"
        ? client.sendText(size % 2 === 0 ? payload : bytes)
        : kind === "binary"
        ? client.sendBinary(bytes)
        : kind === "ping"
        ? client.sendPing(bytes)
        : client.sendPong(bytes);
      assertEquals(expected, undefined, `sending a ${kind} was to throw`);
      assertEquals(goOn, client.bufferedAmount <= scenario.highWaterMark);
      if (!goOn) this.#refusals++;
      this.sent.push({ opcode: OPCODES[kind], payload });
    } catch (error) {
      if (!(error instanceof WebSocketError)) throw error;
      assertEquals(error.code, expected, error.message);
    }
  }
}
