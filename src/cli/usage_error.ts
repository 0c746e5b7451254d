/** What was asked for cannot be done, and nothing has been done. Its message never holds an option's value that may be secret. */
export class UsageError extends Error {
  override name = "UsageError";
}
