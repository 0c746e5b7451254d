/** Frame opcodes (RFC 6455 §5.2). 3 to 7 and 11 to 15 are reserved. */
export const Opcode = {
  Continuation: 0,
  Text: 1,
  Binary: 2,
  Close: 8,
  Ping: 9,
  Pong: 10,
} as const;

/** One of the values of {@linkcode Opcode}. */
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** The longest payload of a control frame, in bytes (RFC 6455 §5.5). */
export const MAX_CONTROL_PAYLOAD = 125;
