import type { OpenRequest } from "./open_request.ts";

/** What an I/O thread is asked by message. */
export type ThreadRequest =
  | { readonly type: "open"; readonly open: OpenRequest }
  /** No more connections will be opened: end with the last one, or now. */
  | { readonly type: "stop"; readonly force: boolean };
