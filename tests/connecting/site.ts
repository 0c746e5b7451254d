import { once } from "node:events";
import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";

/** What a server has seen of an opening handshake. */
export interface Seen {
  /** The request target. */
  readonly resource: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly remoteAddress: string | undefined;
  readonly localAddress: string | undefined;
}

/** Asks for one more server. */
export interface MoreRequest {
  readonly host: string;
  readonly port: number;
}

/** Where the servers are. */
export interface SiteAddresses {
  /** Host and port of each. `plain` and `other` are two origins of the same kind. */
  readonly plain: string;
  readonly other: string;
  readonly secure: string;
  /** Accepts connections, and says nothing. */
  readonly mute: string;
  readonly socketPath: string;
  readonly secureSocketPath: string;
  /** Of the sockets. */
  readonly folder: string;
  /** The authority to trust: PEM. */
  readonly ca: string;
}

/** Real HTTP servers on a thread of their own, so that the client may block this one. */
export class Site {
  readonly at: SiteAddresses;
  readonly #worker: Worker;

  private constructor(worker: Worker, at: SiteAddresses) {
    this.#worker = worker;
    this.at = at;
  }

  static async start(): Promise<Site> {
    const worker = new Worker(new URL("./site_worker.ts", import.meta.url));
    const [addresses] = await once(worker, "message") as [SiteAddresses];
    return new Site(worker, addresses);
  }

  /** Another server, at an address of one's choice. */
  async listen(request: MoreRequest): Promise<void> {
    this.#worker.postMessage(request);
    await once(this.#worker, "message");
  }

  /** A URL on one of the origins, where the answer is a redirect to `to`. */
  redirect(to: string, { origin = `ws://${this.at.plain}`, status = 302, more = "" } = {}): string {
    return `${origin}/redirect?status=${status}&to=${encodeURIComponent(to)}${more}`;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
    rmSync(this.at.folder, { recursive: true, force: true });
  }
}
