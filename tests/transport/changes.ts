/** Lets tests wait for a condition over something that says when it changed. Every wait is bounded. */
export class Changes {
  readonly #checks = new Set<() => void>();

  /** Something may have become true. */
  notify(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Resolves once `condition` holds; rejects after `limit` milliseconds, naming `what` was waited for. */
  until(condition: () => boolean, what: string, limit = 4000): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#checks.delete(check);
        clearTimeout(timer);
        settle();
      };
      const check = () => {
        if (condition()) end(resolve);
      };
      const timer = setTimeout(() => end(() => reject(new Error(`waited in vain for ${what}`))), limit);
      this.#checks.add(check);
      check();
    });
  }
}

/** Resolves after some turns of the event loop, in which whatever is ready to happen does. */
export async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 1));
}
