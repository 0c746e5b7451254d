import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { WebSocketError } from "../../src/core/errors.ts";
import { type Extension, parseExtensionHeader } from "../../src/core/extension_header.ts";
import { checkHeaders } from "../../src/core/headers.ts";
import { decodeLatin1 } from "../../src/core/latin1.ts";
import { checkSubprotocols } from "../../src/core/subprotocols.ts";
import { handshake } from "../core/answers.ts";
import { junk } from "./junk.ts";
import { ws } from "./peer_modules.ts";
import { holds } from "./property.ts";

/** What `check` answers; `undefined` where it refuses, which must be by name. */
function accepted<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch (error) {
    assertInstanceOf(error, WebSocketError, String((error as Error).stack));
    assertEquals(error.code, "InvalidConfiguration");
    return undefined;
  }
}

const latin1 = fc.nat(255).map((code) => String.fromCharCode(code));
const tokens = fc.string({ unit: fc.constantFrom(..."!#$%&'*+-.^_`|~09AZaz"), minLength: 1, maxLength: 12 });

const names = fc.oneof(
  { weight: 6, arbitrary: tokens.map((name) => `x-${name}`) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "Host",
      "host",
      "Upgrade",
      "CONNECTION",
      "Sec-WebSocket-Key",
      "sec-websocket-foo",
      "TE",
      "Cookie",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: latin1, maxLength: 8 }) },
);
const values = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: latin1, maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "example.com:81",
      "[::1]",
      "a\r\nB: c",
      "a\nb",
      "a\rb",
      "a\x7f",
      "a\0",
      " \t a \t ",
      "",
    ),
  },
);
const pairs = fc.array(fc.tuple(names, values), { maxLength: 4 });

/** A field as it is sent: the white space around its value is none of it. */
function withoutWhitespace([name, value]: readonly [string, string]): readonly [string, string] {
  return [name, value.replace(/^[\t ]+|[\t ]+$/g, "")];
}

describe("6 any headers", () => {
  it("are sent as they are, or refused without their values", async () => {
    await holds(
      fc.property(pairs, fc.boolean(), (pairs, asRecord) => {
        const headers = asRecord ? Object.fromEntries(pairs) : pairs;
        const given = asRecord ? Object.entries(headers as Record<string, string>) : pairs;
        const fields = accepted(() => checkHeaders(headers));
        if (fields === undefined) return;
        const trimmed = given.map(withoutWhitespace);
        assertEquals(fields, trimmed);
        assertEquals(checkHeaders(fields.map(([name, value]) => [name, value])), fields, "once more");

        const isHost = (name: string): boolean => name.toLowerCase() === "host";
        const lines = decodeLatin1(handshake({ headers }).request).split("\r\n");
        const host = trimmed.find(([name]) => isHost(name))?.[1] ?? "example.com";
        const sent = trimmed.filter(([name]) => !isHost(name)).map(([name, value]) => `${name}: ${value}`);
        assertEquals([lines[1], ...lines.slice(6)], [`Host: ${host}`, ...sent, "", ""]);
        assert(lines.slice(0, -2).every((line) => /^[\t -~\x80-\xff]+$/.test(line)));
      }),
      { runs: 250 },
    );
  });

  it("that the runtime's Headers takes are sent, unless they are the handshake's", async () => {
    await holds(
      fc.property(pairs, (pairs) => {
        const headers = new Headers();
        for (const [name, value] of pairs) {
          try {
            headers.append(name, value);
          } catch {
            // Not a header.
          }
        }
        const fields = accepted(() => checkHeaders(headers));
        if (fields !== undefined) assertEquals(fields, [...headers].map(withoutWhitespace));
      }),
      { runs: 200 },
    );
  });

  it("of any type are taken, or refused by name", async () => {
    const pair = fc.oneof(junk, fc.tuple(junk, junk), fc.tuple(tokens, junk), fc.tuple(junk, values));
    await holds(
      fc.property(fc.oneof(junk, fc.array(pair, { maxLength: 3 })), (headers) => {
        accepted(() => checkHeaders(headers as HeadersInit));
      }),
      { runs: 250 },
    );
  });
});

describe("6 any subprotocols", () => {
  it("are offered as they are, or refused by name", async () => {
    const any = fc.oneof(
      junk,
      tokens,
      fc.array(tokens, { maxLength: 4 }),
      fc.array(fc.oneof(tokens, junk), { maxLength: 3 }),
    );
    await holds(
      fc.property(any, (protocols) => {
        const list = accepted(() => checkSubprotocols(protocols as readonly string[]));
        if (list === undefined || list.length === 0) return;
        assertEquals(new Set(list).size, list.length);
        const lines = decodeLatin1(handshake({ protocols: list }).request).split("\r\n");
        assertEquals(lines[6], `Sec-WebSocket-Protocol: ${list.join(", ")}`);
        assertEquals(lines.length, 9);
      }),
      { runs: 250 },
    );
  });
});

const separators = fc.constantFrom(";", ",", "=", '"', "\\", " ", "\t", ";", ",", "=");
const quoted = fc.array(fc.oneof(tokens, fc.constantFrom("\\x", "\\\\", '\\"', " ", ",")), { maxLength: 3 })
  .map((parts) => `"${parts.join("")}"`);
const parameters = fc.tuple(tokens, quoted).map(([name, value]) => `;${name}=${value}`);
const extensionHeaders = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: tokens },
    { weight: 3, arbitrary: separators },
    { weight: 3, arbitrary: parameters },
    { weight: 1, arbitrary: latin1 },
  ),
  { maxLength: 14 },
).map((parts) => parts.join(""));

function written(extensions: readonly Extension[]): string {
  return extensions.map(({ name, parameters }) =>
    [name, ...parameters.map(({ name, value }) => value === undefined ? name : `${name}=${value}`)].join("; ")
  ).join(", ");
}

/** By name, as `ws` has them: for each extension its parameters, each with its values. */
function byName(extensions: readonly Extension[]): unknown {
  const groups = Object.groupBy(extensions, ({ name }) => name);
  const values = ({ parameters }: Extension) =>
    Object.fromEntries(
      Object.entries(Object.groupBy(parameters, ({ name }) => name))
        .map(([name, all]) => [name, all!.map(({ value }) => value ?? true)]),
    );
  return Object.fromEntries(Object.entries(groups).map(([name, all]) => [name, all!.map(values)]));
}

describe("18 any extension header", () => {
  it("is read as it was written", async () => {
    await holds(
      fc.property(extensionHeaders, (text) => {
        const extensions = parseExtensionHeader(text);
        if (extensions !== undefined) assertEquals(parseExtensionHeader(written(extensions)), extensions);
      }),
      { runs: 250 },
    );
  });

  it("that ws reads is read in the same way", async () => {
    await holds(
      fc.property(extensionHeaders, (text) => {
        let theirs: unknown;
        try {
          theirs = JSON.parse(JSON.stringify(ws.extension.parse(text)));
        } catch {
          return;
        }
        const ours = parseExtensionHeader(text);
        if (ours === undefined) assertEquals(theirs, {}, text);
        else assertEquals(JSON.parse(JSON.stringify(byName(ours))), theirs, text);
      }),
      { runs: 250 },
    );
  });
});
