/** What one client has done over one connection. */
export interface ClientResult {
  readonly style: string;
  readonly scheme: "ws" | "wss";
  /** Both ways. */
  readonly messages: number;
  /** Both ways, frame headers included. */
  readonly bytes: number;
  /** Round trip, in microseconds. */
  readonly median: number;
  /** The round trip that one in a hundred exceeds, in microseconds. */
  readonly p99: number;
}

/** The same, and where. */
export interface DemoResult extends ClientResult {
  readonly runtime: string;
}

/** Begins the lines in which a demo process tells its results. */
export const RESULT_MARK = "result ";
