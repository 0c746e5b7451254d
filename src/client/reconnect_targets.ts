import { WebSocketError } from "../core/errors.ts";
import { parseWebSocketUrl } from "../core/url.ts";

/** One of the URLs to connect to, and what is known of it. */
export class Target {
  /** As it was given. */
  readonly url: string;
  /** Normalised. */
  readonly href: string;
  /** Host and port, for the log. */
  readonly authority: string;
  /** When its server may be asked again: it said so. */
  notBefore = -Infinity;
  /** Whether its latest failure was a final one. */
  isFinal = false;

  /** Throws `InvalidUrl`. */
  constructor(url: string | URL) {
    const { href, authority } = parseWebSocketUrl(url);
    this.url = String(url);
    this.href = href;
    this.authority = authority;
  }
}

/** The URLs, tried in turn: a round goes through them in their order, skips who asked for patience, and does not wait. */
export class Targets {
  readonly #all: readonly Target[];
  #index = 0;

  /** Throws `InvalidUrl`; `InvalidConfiguration` for an empty list. */
  constructor(urls: string | URL | readonly (string | URL)[]) {
    const list = Array.isArray(urls) ? urls as readonly (string | URL)[] : [urls as string | URL];
    if (list.length === 0) {
      throw new WebSocketError("InvalidConfiguration", "reconnect: the list of URLs is empty");
    }
    this.#all = list.map((url) => new Target(url));
  }

  /** The one whose turn it is. */
  get current(): Target {
    return this.#all[this.#index]!;
  }

  /** Whether none is left whose latest failure was not final. */
  get allFinal(): boolean {
    return this.#all.every(({ isFinal }) => isFinal);
  }

  /** Goes on in this round; answers `false`, and stays, when it is over. */
  advance(now: number): boolean {
    for (let index = this.#index + 1; index < this.#all.length; index++) {
      if (this.#all[index]!.notBefore > now) continue;
      this.#index = index;
      return true;
    }
    return false;
  }

  /** This round is over. */
  exhaust(): void {
    this.#index = this.#all.length - 1;
  }

  /** Begins a round, after `delay` or when the first may be asked. Answers the milliseconds until then. */
  restart(now: number, delay: number): number {
    const patience = Math.min(...this.#all.map(({ notBefore }) => notBefore)) - now;
    const wait = Math.max(delay, Math.ceil(patience));
    this.#index = this.#all.findIndex(({ notBefore }) => notBefore - now <= wait);
    return wait;
  }
}
