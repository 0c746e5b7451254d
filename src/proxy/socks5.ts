import { isIP } from "node:net";
import { ByteCollector } from "../core/byte_collector.ts";
import type { WebSocketError } from "../core/errors.ts";
import { encodeLatin1 } from "../core/latin1.ts";
import { encodeAddress } from "./ip_bytes.ts";
import { proxyFailed, proxyGone, type Route } from "./route.ts";
import type { TunnelHandshake } from "./tunnel.ts";

/** A user's name and password, as they are sent: at most 255 bytes each. */
export interface Credentials {
  readonly user: Uint8Array;
  readonly password: Uint8Array;
}

/** What is asked of a SOCKS proxy. */
export interface SocksRequest {
  readonly route: Route;
  /** The target's name or IP address, an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly credentials: Credentials | undefined;
}

const VERSION = 5;
const COMMAND_CONNECT = 1;
const RESERVED = 0;
const ADDRESS_IPV4 = 1;
const ADDRESS_NAME = 3;
const ADDRESS_IPV6 = 4;
const NO_AUTHENTICATION = 0;
const USER_PASSWORD = 2;
const NOTHING_ACCEPTABLE = 0xff;

/** RFC 1928 §6. */
const replies: readonly string[] = [
  "succeeded",
  "general failure",
  "not allowed by the proxy's rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "the packets' time to live expired",
  "the proxy does not know the command CONNECT",
  "the proxy does not know this type of address",
];

/** SOCKS version 5 (RFC 1928), with or without a user name and password (RFC 1929). */
export class Socks5 implements TunnelHandshake {
  readonly #request: SocksRequest;
  readonly #conversation: Generator<number, void, Uint8Array>;
  readonly #answer = new ByteCollector();
  #output: number[] = [];
  /** Bytes of the answer to collect before the conversation goes on. */
  #wanted = 0;
  #started = false;
  #done = false;

  constructor(request: SocksRequest) {
    this.#request = request;
    this.#conversation = this.#converse();
    this.#goOn(new Uint8Array(0));
  }

  get done(): boolean {
    return this.#done;
  }

  takeOutput(): Uint8Array {
    return Uint8Array.from(this.#output.splice(0));
  }

  receive(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.#done) {
      const part = bytes.subarray(at, at + this.#wanted - this.#answer.length);
      this.#answer.append(part);
      at += part.length;
      if (this.#answer.length < this.#wanted) break;
      const answer = this.#answer.view().slice();
      this.#answer.clear();
      this.#goOn(answer);
    }
    this.#started ||= at > 0;
    return at;
  }

  ended(cause?: unknown): WebSocketError {
    return proxyGone(this.#request.route, this.#started, { cause });
  }

  abandon(): undefined {
    return undefined;
  }

  #goOn(answer: Uint8Array): void {
    const { done, value } = this.#conversation.next(answer);
    this.#done = done === true;
    this.#wanted = value ?? 0;
  }

  /** Yields how many bytes it needs next, one at a time where each can be wrong. */
  *#converse(): Generator<number, void, Uint8Array> {
    const { credentials } = this.#request;
    const methods = credentials === undefined ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USER_PASSWORD];
    this.#output.push(VERSION, methods.length, ...methods);
    this.#checkVersion(yield 1);
    const [method] = yield 1;
    if (!methods.includes(method)) throw this.#failure(this.#unwanted(method));
    if (method === USER_PASSWORD) yield* this.#authenticate(credentials!);
    yield* this.#connect();
  }

  /** RFC 1929 §2. */
  *#authenticate({ user, password }: Credentials): Generator<number, void, Uint8Array> {
    this.#output.push(1, user.length, ...user, password.length, ...password);
    // The version comes first: some proxies say 5 in place of 1.
    const [, status] = yield 2;
    if (status !== 0) throw this.#failure("the proxy refused the user name or the password");
  }

  /** RFC 1928 §4 and §6. */
  *#connect(): Generator<number, void, Uint8Array> {
    const { host, port } = this.#request;
    this.#output.push(VERSION, COMMAND_CONNECT, RESERVED, ...addressBytes(host), port >> 8, port & 0xff);
    this.#checkVersion(yield 1);
    const [reply] = yield 1;
    // What would follow says nothing, and does not always follow.
    if (reply !== 0) {
      const meaning = replies[reply] ?? "a reply that SOCKS does not know";
      throw this.#failure(`${meaning} (SOCKS reply ${reply})`);
    }
    const [, type] = yield 2;
    yield (yield* this.#addressLength(type)) + 2;
  }

  *#addressLength(type: number): Generator<number, number, Uint8Array> {
    if (type === ADDRESS_IPV4) return 4;
    if (type === ADDRESS_IPV6) return 16;
    if (type === ADDRESS_NAME) return (yield 1)[0];
    throw this.#failure(`the proxy's answer has an address of a type that SOCKS does not know: ${type}`);
  }

  #checkVersion([version]: Uint8Array): void {
    if (version === VERSION) return;
    throw this.#failure(`the proxy does not speak SOCKS 5: its answer begins with ${hex(version)}`);
  }

  #unwanted(method: number): string {
    if (method !== NOTHING_ACCEPTABLE) {
      return `the proxy chose an authentication method that was not offered: ${hex(method)}`;
    }
    return this.#request.credentials === undefined
      ? "the proxy asks for authentication"
      : "the proxy accepts no authentication by user name and password";
  }

  #failure(what: string): WebSocketError {
    return proxyFailed(this.#request.route, what);
  }
}

function addressBytes(host: string): number[] {
  const family = isIP(host);
  if (family !== 0) return [family === 4 ? ADDRESS_IPV4 : ADDRESS_IPV6, ...encodeAddress(host)];
  const name = encodeLatin1(host);
  return [ADDRESS_NAME, name.length, ...name];
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
