/** Why nothing covers a line. */
export interface Explanation {
  readonly file: string;
  /** The line as it stands in the file, without its indentation. */
  readonly code: string;
  readonly why: string;
}

/** Every gap that is left, and why it is. A gap that is not here fails the check. */
export const explained: readonly Explanation[] = [];
