import { AsyncClient, type AsyncOptions, type CloseInfo, NonBlockingClient } from "../../mod.ts";
import { pathOf } from "./scenarios.ts";
import { isSame, type Message, messagesOf, type Tally } from "./traffic.ts";

/** Different messages; they come again and again. */
const COUNT = 64;
/** A stall of this thread alone must not end a connection, whatever the times. */
const KEEP_ALIVE = { interval: 2_000, timeout: 10_000 };

/** Milliseconds: visits that block this thread may be under way. */
const ECHO_LIMIT = 60_000;

/** A connection that lives from the beginning to the end of the soak, and echoes now and then. */
export class Steady {
  readonly sent: Tally = { messages: 0, bytes: 0 };
  readonly received: Tally = { messages: 0, bytes: 0 };
  readonly name: string;
  readonly #messages: readonly Message[];
  #send!: (message: Message) => unknown;
  #close!: () => unknown;
  #ended!: Promise<CloseInfo>;
  #echoes = Promise.withResolvers<string | undefined>();
  #wanted = 0;

  private constructor(name: string, seed: number) {
    this.name = name;
    this.#messages = messagesOf(-seed, COUNT);
  }

  /** Callbacks on this thread. */
  static async nonBlocking(origin: string, seed: number, options: AsyncOptions): Promise<Steady> {
    const steady = new Steady(`steady, non-blocking, ${options.transport}, ${origin}`, seed);
    const client = await NonBlockingClient.connect(urlOf(origin, seed), {
      ...options,
      keepAlive: KEEP_ALIVE,
    });
    steady.#send = ({ binary, bytes }) => binary ? client.sendBinary(bytes) : client.sendText(bytes);
    steady.#close = () => client.close();
    steady.#ended = client.run({
      onTextMessage: (_, { bytes }) => steady.#onMessage(false, bytes),
      onBinaryMessage: (_, { bytes }) => steady.#onMessage(true, bytes),
    });
    steady.#watchEnd();
    return steady;
  }

  /** A thread of its own. */
  static async async(origin: string, seed: number, options: AsyncOptions): Promise<Steady> {
    const steady = new Steady(`steady, async, ${options.transport}, ${origin}`, seed);
    const client = await AsyncClient.connect(urlOf(origin, seed), { ...options, keepAlive: KEEP_ALIVE });
    const thread = client.run();
    steady.#send = ({ binary, bytes: data }) =>
      client.control.send({ type: binary ? "sendBinary" : "sendText", data });
    steady.#close = () => client.control.close();
    const receive = async (): Promise<CloseInfo> => {
      for await (const event of client.events) {
        if (event.type === "text") steady.#onMessage(false, new TextEncoder().encode(event.data));
        if (event.type === "binary") steady.#onMessage(true, event.data);
      }
      return await thread.join();
    };
    steady.#ended = receive();
    steady.#watchEnd();
    return steady;
  }

  /** Sends so many messages and waits for all echoes. Answers what was not as it should be. */
  async beat(count: number): Promise<string | undefined> {
    this.#wanted = this.received.messages + count;
    const echoes = this.#echoes = Promise.withResolvers();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`${this.name}: no echo within ${ECHO_LIMIT} ms`), ECHO_LIMIT);
    });
    for (let sent = 0; sent < count; sent++) this.#sendNext();
    const fault = await Promise.race([echoes.promise, late]);
    clearTimeout(timer);
    return fault;
  }

  /** Answers what was not as it should be. */
  async close(): Promise<string | undefined> {
    this.#close();
    const { code, wasClean } = await this.#ended;
    return wasClean ? undefined : `${this.name}: closed with ${code}`;
  }

  /** Once for all beats: each would otherwise stay with the promise until the end. */
  #watchEnd(): void {
    const tell = (end: unknown): void => this.#echoes.resolve(`${this.name}: ended: ${end}`);
    this.#ended.then(({ code }) => tell(code), tell);
  }

  #sendNext(): void {
    const message = this.#messages[this.sent.messages++ % COUNT]!;
    this.sent.bytes += message.bytes.length;
    this.#send(message);
  }

  #onMessage(binary: boolean, bytes: Uint8Array): void {
    const expected = this.#messages[this.received.messages++ % COUNT];
    this.received.bytes += bytes.length;
    if (!isSame(expected, binary, bytes)) {
      this.#echoes.resolve(`${this.name}: message ${this.received.messages} came back changed`);
    }
    if (this.received.messages >= this.#wanted) this.#echoes.resolve(undefined);
  }
}

function urlOf(origin: string, seed: number): string {
  return `${origin}${pathOf({ scenario: "echo", seed, count: COUNT })}`;
}
