/** How to send one message. */
export interface SendOptions {
  /**
   * `false`: as it is, whatever `perMessageDeflate` says: for what does not get smaller, and for secrets beside text
   * that others choose. Default: `true`, compressed where that was agreed on and the message reaches its threshold.
   */
  readonly compress?: boolean;
}
