/** What an event handler attribute can hold. */
export type EventHandler<E extends Event> = ((event: E) => unknown) | null;

/**
 * Event handler attributes (`onmessage` and the like) of one event target, as HTML defines them: a handler is called
 * in the order in which it was first set, a later one takes its place in that order, and `null` gives it up.
 */
export class EventHandlers {
  readonly #target: EventTarget;
  readonly #handlers = new Map<string, EventHandler<never>>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  /** The handler for a type of event. */
  get<E extends Event>(type: string): EventHandler<E> {
    return (this.#handlers.get(type) ?? null) as EventHandler<E>;
  }

  /** Sets the handler; anything but an object or a function stands for `null`. */
  set<E extends Event>(type: string, handler: EventHandler<E>): void {
    if (handler === null || (typeof handler !== "function" && typeof handler !== "object")) {
      this.#handlers.delete(type);
      this.#target.removeEventListener(type, this.#onEvent);
    } else {
      this.#handlers.set(type, handler);
      // A listener that is there already keeps its place.
      this.#target.addEventListener(type, this.#onEvent);
    }
  }

  readonly #onEvent = (event: { readonly type: string }): void => {
    const handler = this.#handlers.get(event.type);
    // An object may be set as well; there is nothing in it to be called.
    if (typeof handler === "function") handler.call(this.#target, event as never);
  };
}
