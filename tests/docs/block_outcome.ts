/** A block as the program takes it. */
export interface BlockToRun {
  readonly file: string;
  /** How many lines it is to print. */
  readonly lines: number;
}

/** How a block fared. */
export interface BlockOutcome {
  readonly file: string;
  readonly lines: readonly string[];
  readonly error?: string;
}

/** Tells the program's lines from what a block prints past its console. */
export const OUTCOME_MARK = "outcome: ";
