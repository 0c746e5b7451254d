/**
 * The items of a channel, for `for await`. A generator would make three promises for each item and take as many turns
 * of the microtask queue; this one passes on the single promise that a receive makes.
 */
export class ItemIterator<T> implements AsyncGenerator<T, void, undefined> {
  readonly #receive: () => Promise<IteratorResult<T, void>>;
  #isDone = false;

  /** `receive` answers what `next` shall. */
  constructor(receive: () => Promise<IteratorResult<T, void>>) {
    this.#receive = receive;
  }

  next(): Promise<IteratorResult<T, void>> {
    return this.#isDone ? Promise.resolve({ done: true, value: undefined }) : this.#receive();
  }

  /** Ends the iteration. A `next` that is pending still gets its item. */
  return(): Promise<IteratorResult<T, void>> {
    this.#isDone = true;
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    this.#isDone = true;
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
