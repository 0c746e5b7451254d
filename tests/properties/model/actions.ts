/**
 * What a program, a server and time may do to a connection, as data.
 *
 * @module
 */
import fc from "fast-check";

/** What a program does with its client, in a callback or outside. */
export type ClientAction =
  | { readonly do: "text" | "binary" | "ping" | "pong"; readonly size: number }
  | { readonly do: "close"; readonly code: number; readonly reason: string }
  | { readonly do: "cork"; readonly inside: readonly ClientAction[]; readonly throws: boolean }
  | { readonly do: "run" | "forceQuit" | "dispose" | "disposeAsync" | "abort" | "pause" };

/** What a server does; `garbage` is what no server may send, `half` the beginning of a frame. */
export type ServerAction =
  | {
    readonly do: "sends";
    readonly kind: "text" | "binary" | "ping" | "pong";
    readonly size: number;
    readonly cut: number;
  }
  | { readonly do: "closes"; readonly code: number | undefined }
  | { readonly do: "sendsGarbage" | "sendsHalf" | "ends" | "resets" };

/** Time passes: milliseconds, or microtasks. */
export type TimeAction = { readonly do: "time"; readonly ms: number } | {
  readonly do: "turns";
  readonly count: number;
};

/** Whoever paused the client goes on: never from within a callback. */
export type ResumeAction = { readonly do: "resume" };

/** What happens between callbacks. */
export type Action = ClientAction | ResumeAction | ServerAction | TimeAction;

/** What a program does in one of its callbacks. */
export interface Reaction {
  readonly actions: readonly ClientAction[];
  /** Throws when they are done. */
  readonly throws: boolean;
}

const size = fc.oneof({ weight: 6, arbitrary: fc.nat(20) }, {
  weight: 1,
  arbitrary: fc.constantFrom(125, 126, 300, 3000),
});

const { clientAction } = fc.letrec<{ clientAction: ClientAction }>((tie) => ({
  clientAction: fc.oneof(
    { depthSize: "small" },
    { weight: 8, arbitrary: fc.record({ do: fc.constantFrom("text", "binary", "ping", "pong"), size }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("close"),
        code: fc.constantFrom(1000, 1000, 3000, 4999),
        reason: fc.constantFrom("", "bye"),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom("forceQuit", "dispose", "disposeAsync", "abort", "run") }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("pause") }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("cork"),
        inside: fc.array(tie("clientAction"), { maxLength: 3 }),
        throws: fc.boolean(),
      }),
    },
  ) as fc.Arbitrary<ClientAction>,
}));

const serverAction = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("sends"),
      kind: fc.constantFrom("text", "binary", "ping", "pong"),
      size,
      cut: fc.oneof(fc.constant(0), fc.nat(20)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("closes"), code: fc.constantFrom(undefined, 1000, 1012, 3000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sendsGarbage", "sendsHalf", "ends", "resets") }) },
) as fc.Arbitrary<ServerAction>;

const timeAction = fc.oneof(
  fc.record({ do: fc.constant("time"), ms: fc.constantFrom(1, 400, 500, 1000, 5000) }),
  fc.record({ do: fc.constant("turns"), count: fc.oneof(fc.nat(6), fc.constant(60)) }),
) as fc.Arbitrary<TimeAction>;

/** A whole life. */
export interface Scenario {
  /** Before `run`. */
  readonly before: readonly Action[];
  /** After it. */
  readonly after: readonly Action[];
  /** For each callback in turn; nothing where there is none. */
  readonly reactions: readonly (Reaction | null)[];
  readonly hasOnError: boolean;
  /** The server answers Close, and ends the stream then. */
  readonly serverAnswers: boolean;
  readonly highWaterMark: number;
  readonly maxBufferedAmount: number;
  readonly keepAlive: boolean;
  /** How the client's end of the stream behaves. */
  readonly stream: {
    readonly takes: number;
    readonly capacity: number;
    readonly splits: readonly number[];
    /** 0: nothing fails. */
    readonly failAt: number;
    readonly isLoss: boolean;
  };
}

const reaction: fc.Arbitrary<Reaction> = fc.record({
  actions: fc.array(clientAction, { maxLength: 3 }),
  throws: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, {
    weight: 1,
    arbitrary: fc.constant(true),
  }),
});

const anyAction = fc.oneof<fc.WeightedArbitrary<Action>[]>(
  { weight: 4, arbitrary: clientAction },
  { weight: 5, arbitrary: serverAction },
  { weight: 3, arbitrary: timeAction },
  { weight: 2, arbitrary: fc.constant({ do: "resume" } as const) },
);

/** Any life. */
export const anyScenario: fc.Arbitrary<Scenario> = fc.record({
  before: fc.array(anyAction, { maxLength: 5 }),
  after: fc.array(anyAction, { maxLength: 14 }),
  reactions: fc.array(fc.option(reaction, { freq: 2 }), { maxLength: 10 }),
  hasOnError: fc.boolean(),
  serverAnswers: fc.boolean(),
  highWaterMark: fc.constantFrom(0, 10, 1000),
  maxBufferedAmount: fc.constantFrom(100, 1 << 20),
  keepAlive: fc.boolean(),
  stream: fc.record({
    takes: fc.constantFrom(1, 7, 1 << 20),
    capacity: fc.constantFrom(5, 1 << 20),
    splits: fc.oneof(
      fc.constant([]),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
    ),
    failAt: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 30 }),
    }),
    isLoss: fc.boolean(),
  }),
});
