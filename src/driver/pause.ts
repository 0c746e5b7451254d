/** Why nothing is delivered, as bits. */
export const Pause = {
  /** Whoever takes the messages has no room for more. */
  Reader: 1,
  /** The socket is asked at intervals. */
  BetweenPolls: 2,
} as const;
/** One of {@linkcode Pause}. */
export type PauseReason = typeof Pause[keyof typeof Pause];
