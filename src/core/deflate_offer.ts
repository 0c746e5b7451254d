import type { ExtensionOffer, ExtensionParameter } from "./extension_header.ts";
import { quote } from "./quote.ts";

/** The parameters of permessage-deflate (RFC 7692 §7.1) that a client can ask for. */
export interface DeflateParameters {
  /** Ask the server to compress every message by itself, so that no window is kept for it. Default: `false`. */
  readonly serverNoContextTakeover?: boolean;
  /** Compress every message by itself. Default: `false`, unless the server asks for it. */
  readonly clientNoContextTakeover?: boolean;
  /** Ask the server for a sliding window of at most 2 to the power of this many bytes: 8 to 15. Default: 15. */
  readonly serverMaxWindowBits?: number;
  /**
   * The largest window to compress with, likewise: 8 to 15. `true`: 15, and the server may ask for less; `false`:
   * 15, and it may not. Default: `true`.
   */
  readonly clientMaxWindowBits?: number | boolean;
}

/** What both sides have agreed on. */
export interface DeflateAgreement {
  /** The server refers to no message before the one it sends. */
  readonly serverNoContextTakeover: boolean;
  /** Nor does the client. */
  readonly clientNoContextTakeover: boolean;
  /** The server's window is at most 2 to the power of this many bytes. */
  readonly serverMaxWindowBits: number;
  /** The client's window likewise. */
  readonly clientMaxWindowBits: number;
}

const LARGEST_WINDOW = 15;
/** §7.1.2: "a decimal integer value without leading zeroes between 8 to 15 inclusive" */
const WINDOW_BITS = /^(?:[89]|1[0-5])$/;

/**
 * The offer of permessage-deflate (RFC 7692 §7.1), and the check of what the server makes of it.
 *
 * @example
 * ```ts
 * import { DeflateOffer } from "@silver9/websocket/core";
 *
 * const offer = new DeflateOffer({ clientMaxWindowBits: 12 });
 * console.log(offer.offer); // prints: permessage-deflate; client_max_window_bits=12
 * console.log(offer.accept([{ name: "client_max_window_bits", value: "010" }]));
 * // prints: client_max_window_bits is not a number from 8 to 15
 * ```
 */
export class DeflateOffer implements ExtensionOffer {
  /** `permessage-deflate`. */
  readonly name = "permessage-deflate";
  /** What the request says. */
  readonly offer: string;

  readonly #asked: DeflateParameters;
  #agreement: DeflateAgreement | undefined;

  /** Offers these parameters, which must be in range. */
  constructor(asked: DeflateParameters = {}) {
    const { serverMaxWindowBits, clientMaxWindowBits = true } = asked;
    this.#asked = asked;
    const parts: string[] = [this.name];
    if (asked.serverNoContextTakeover) parts.push("server_no_context_takeover");
    if (asked.clientNoContextTakeover) parts.push("client_no_context_takeover");
    if (serverMaxWindowBits !== undefined) parts.push(`server_max_window_bits=${serverMaxWindowBits}`);
    if (clientMaxWindowBits === true) parts.push("client_max_window_bits");
    else if (clientMaxWindowBits !== false) parts.push(`client_max_window_bits=${clientMaxWindowBits}`);
    this.offer = parts.join("; ");
  }

  /** What was agreed on; `undefined` when the server did not accept. */
  get agreement(): DeflateAgreement | undefined {
    return this.#agreement;
  }

  /** §7.1: the client fails the connection for a parameter that is unknown, comes twice, or has a wrong value. */
  accept(parameters: readonly ExtensionParameter[]): string | undefined {
    const chosen = new Map<string, string | undefined>();
    for (const { name, value } of parameters) {
      if (chosen.has(name)) return `${name} comes twice`;
      const objection = checkValue(name, value);
      if (objection !== undefined) return objection;
      chosen.set(name, value);
    }
    const { clientMaxWindowBits = true, serverMaxWindowBits = LARGEST_WINDOW } = this.#asked;
    const serverBits = chosen.get("server_max_window_bits");
    const clientBits = chosen.get("client_max_window_bits");
    const ownBits = typeof clientMaxWindowBits === "number" ? clientMaxWindowBits : LARGEST_WINDOW;

    // §7.1.1.1, §7.1.2.1: a server accepts what was asked of it by saying so.
    if (this.#asked.serverNoContextTakeover && !chosen.has("server_no_context_takeover")) {
      return "server_no_context_takeover was asked for and is not there";
    }
    if (this.#asked.serverMaxWindowBits !== undefined && serverBits === undefined) {
      return "server_max_window_bits was asked for and is not there";
    }
    if (Number(serverBits) > serverMaxWindowBits) {
      return `server_max_window_bits is larger than the ${serverMaxWindowBits} asked for`;
    }
    // §7.1.2.2: "If a received extension negotiation offer doesn't have the "client_max_window_bits" …, the
    // corresponding … response … MUST NOT include" it.
    if (clientBits !== undefined && clientMaxWindowBits === false) {
      return "client_max_window_bits was not offered";
    }
    if (Number(clientBits) > ownBits) return `client_max_window_bits is larger than the ${ownBits} offered`;
    this.#agreement = {
      serverNoContextTakeover: chosen.has("server_no_context_takeover"),
      clientNoContextTakeover: chosen.has("client_no_context_takeover") ||
        this.#asked.clientNoContextTakeover === true,
      serverMaxWindowBits: serverBits === undefined ? LARGEST_WINDOW : Number(serverBits),
      clientMaxWindowBits: clientBits === undefined ? ownBits : Number(clientBits),
    };
    return undefined;
  }
}

function checkValue(name: string, value: string | undefined): string | undefined {
  switch (name) {
    case "server_no_context_takeover":
    case "client_no_context_takeover":
      return value === undefined ? undefined : `${name} has a value`;
    case "server_max_window_bits":
    case "client_max_window_bits":
      if (value === undefined) return `${name} has no value`;
      return WINDOW_BITS.test(value) ? undefined : `${name} is not a number from 8 to 15`;
    default:
      return `unknown parameter ${quote(name)}`;
  }
}
