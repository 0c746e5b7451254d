import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type DeflateAgreement, DeflateOffer, type DeflateParameters } from "../../src/core/deflate_offer.ts";
import { parseExtensionHeader } from "../../src/core/extension_header.ts";

/** What an offer says to a server's parameters: what it objects to, or what is agreed on. */
function outcome(parameters: string, asked: DeflateParameters = {}): string | DeflateAgreement | undefined {
  const offer = new DeflateOffer(asked);
  const [extension] = parseExtensionHeader(`permessage-deflate${parameters}`)!;
  return offer.accept(extension!.parameters) ?? offer.agreement;
}

/** As written: server and client, `full 15` or `none 10` for the takeover and the window. */
function agreed(parameters: string, asked?: DeflateParameters): string {
  const agreement = outcome(parameters, asked);
  if (typeof agreement !== "object") return `refused: ${agreement}`;
  const side = (none: boolean, bits: number): string => `${none ? "none" : "full"} ${bits}`;
  return `${side(agreement.serverNoContextTakeover, agreement.serverMaxWindowBits)}, ${
    side(agreement.clientNoContextTakeover, agreement.clientMaxWindowBits)
  }`;
}

describe("deflate_offer", () => {
  it("offers what was asked for", () => {
    const cases: readonly (readonly [DeflateParameters, string])[] = [
      [{}, "; client_max_window_bits"],
      [{ clientMaxWindowBits: true }, "; client_max_window_bits"],
      [{ clientMaxWindowBits: false }, ""],
      [{ clientMaxWindowBits: 8 }, "; client_max_window_bits=8"],
      [{ clientMaxWindowBits: false, serverMaxWindowBits: 15 }, "; server_max_window_bits=15"],
      [
        { serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 9 },
        "; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits",
      ],
    ];
    for (const [asked, offer] of cases) {
      assertEquals(new DeflateOffer(asked).offer, `permessage-deflate${offer}`);
    }
  });

  it("53 agrees on what the server chose", () => {
    const cases: readonly (readonly [string, string, DeflateParameters?])[] = [
      ["", "full 15, full 15"],
      ["; server_no_context_takeover", "none 15, full 15"],
      ["; client_no_context_takeover", "full 15, none 15"],
      ["; client_no_context_takeover; server_no_context_takeover", "none 15, none 15"],
      ["; server_max_window_bits=8", "full 8, full 15"],
      ['; server_max_window_bits="10"', "full 10, full 15"],
      ["; client_max_window_bits=8", "full 15, full 8"],
      ["; client_max_window_bits=15;server_max_window_bits=15", "full 15, full 15"],
      ["", "full 15, none 15", { clientNoContextTakeover: true }],
      ["", "full 15, full 12", { clientMaxWindowBits: 12 }],
      ["; client_max_window_bits=9", "full 15, full 9", { clientMaxWindowBits: 12 }],
      ["", "full 15, full 15", { clientMaxWindowBits: false }],
      ["; server_max_window_bits=11", "full 11, full 15", { serverMaxWindowBits: 12 }],
      ["; server_no_context_takeover", "none 15, full 15", { serverNoContextTakeover: true }],
    ];
    for (const [parameters, expected, asked] of cases) assertEquals(agreed(parameters, asked), expected);
  });

  it("50 refuses parameters that are unknown, come twice, or have a value that they may not have", () => {
    const cases: readonly (readonly [string, string])[] = [
      ["; level=9", 'unknown parameter "level"'],
      ["; Server_No_Context_Takeover", 'unknown parameter "Server_No_Context_Takeover"'],
      ["; server_no_context_takeover; server_no_context_takeover", "server_no_context_takeover comes twice"],
      ["; server_max_window_bits=9; server_max_window_bits=9", "server_max_window_bits comes twice"],
      ["; server_no_context_takeover=1", "server_no_context_takeover has a value"],
      ["; client_no_context_takeover=true", "client_no_context_takeover has a value"],
      ["; server_max_window_bits", "server_max_window_bits has no value"],
      ["; client_max_window_bits", "client_max_window_bits has no value"],
    ];
    for (const [parameters, expected] of cases) assertEquals(outcome(parameters), expected);
  });

  it("51 52 refuses numbers of bits that are not from 8 to 15, or not written so", () => {
    for (const side of ["server", "client"]) {
      for (
        const value of ["7", "16", "0", "-8", "010", "08", "+9", "9.0", "1e1", "0x9", "15a", "99999999999"]
      ) {
        const name = `${side}_max_window_bits`;
        assertEquals(outcome(`; ${name}=${value}`), `${name} is not a number from 8 to 15`, value);
      }
    }
  });

  it("52 refuses client_max_window_bits where it was not offered, or is larger", () => {
    const offers: readonly (readonly [DeflateParameters, string])[] = [
      [{ clientMaxWindowBits: false }, "client_max_window_bits was not offered"],
      [{ clientMaxWindowBits: 9 }, "client_max_window_bits is larger than the 9 offered"],
    ];
    for (const [asked, expected] of offers) {
      assertEquals(outcome("; client_max_window_bits=10", asked), expected);
    }
  });

  it("51 refuses an answer that does not grant what was asked of the server", () => {
    assertEquals(
      outcome("; server_max_window_bits=11", { serverMaxWindowBits: 10 }),
      "server_max_window_bits is larger than the 10 asked for",
    );
    assertEquals(
      outcome("", { serverMaxWindowBits: 10 }),
      "server_max_window_bits was asked for and is not there",
    );
    assertEquals(
      outcome("", { serverNoContextTakeover: true }),
      "server_no_context_takeover was asked for and is not there",
    );
  });
});
