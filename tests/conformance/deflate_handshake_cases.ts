import { assertEquals } from "@std/assert";
import type { ClientOptions } from "../../mod.ts";
import { closes, type ConformanceCase, refuses } from "./case.ts";
import { agrees, ClientMessages } from "./deflate_scripts.ts";
import { closesWith } from "./scripts.ts";

type Compression = ClientOptions["perMessageDeflate"];

/** Parameters that the client must not accept. */
function bad(number: string, name: string, parameters: string, options: Compression = true): ConformanceCase {
  return {
    number,
    name: `${name}:${parameters}`,
    deliveries: ["whole"],
    options: { perMessageDeflate: options },
    server: async (peer) => {
      await agrees(peer, parameters);
      await peer.closed();
    },
    expected: refuses("HandshakeFailed 101"),
  };
}

/** Parameters that the client must accept, after an offer that says so; then a message each way. */
function good(
  number: string,
  parameters: string,
  { offer, options = true }: { readonly offer: string; readonly options?: Compression },
): ConformanceCase {
  return {
    number,
    name: `the offer "${offer}" and the answer "${parameters}"`,
    deliveries: ["whole"],
    options: {
      perMessageDeflate: options === true ? { threshold: 0 } : { ...options as object, threshold: 0 },
    },
    client: { activated: (client) => client.sendText("Hello Hello") },
    server: async (peer) => {
      const request = await agrees(peer, parameters);
      assertEquals(request.header("sec-websocket-extensions"), `permessage-deflate${offer}`);
      assertEquals(await new ClientMessages().next(peer), "text Hello Hello");
      await closesWith(peer);
    },
    expected: closes([], "1000 clean remote"),
  };
}

const asked = "; client_max_window_bits";

export const deflateHandshakeCases: readonly ConformanceCase[] = [
  bad("50", "an unknown parameter", "; level=9"),
  bad("50", "a parameter in other case", "; SERVER_NO_CONTEXT_TAKEOVER"),
  bad("50", "a parameter twice", "; server_no_context_takeover; server_no_context_takeover"),
  bad("50", "a value twice, the same", "; server_max_window_bits=10; server_max_window_bits=10"),
  bad("50", "a value that there may not be", "; server_no_context_takeover=true"),
  bad("50", "a value that there may not be", "; client_no_context_takeover=1"),
  bad("50", "the extension twice", ", permessage-deflate"),
  ...["", "=7", "=16", "=010"].flatMap((value) => [
    bad("51", "not a number of bits", `; server_max_window_bits${value}`),
    bad("52", "not a number of bits", `; client_max_window_bits${value}`),
  ]),
  bad("51", "more bits than asked for", "; server_max_window_bits=11", { serverMaxWindowBits: 10 }),
  bad("51", "nothing of the bits asked for", "", { serverMaxWindowBits: 10 }),
  bad("52", "bits that were not offered", "; client_max_window_bits=15", { clientMaxWindowBits: false }),
  bad("52", "more bits than offered", "; client_max_window_bits=11", { clientMaxWindowBits: 10 }),
  bad("53", "nothing of what was asked for", "", { serverNoContextTakeover: true }),
  good("50", "", { offer: asked }),
  good("51", "; server_max_window_bits=8", { offer: asked }),
  good("51", '; server_max_window_bits="9"', {
    offer: "; server_max_window_bits=12; client_max_window_bits",
    options: { serverMaxWindowBits: 12 },
  }),
  good("52", "; client_max_window_bits=8", { offer: asked }),
  good("52", "", { offer: "; client_max_window_bits=8", options: { clientMaxWindowBits: 8 } }),
  good("52", "", { offer: "", options: { clientMaxWindowBits: false } }),
  good("53", "; client_no_context_takeover; server_no_context_takeover", { offer: asked }),
  good("53", "; server_no_context_takeover", {
    offer: "; server_no_context_takeover; client_no_context_takeover; client_max_window_bits",
    options: { serverNoContextTakeover: true, clientNoContextTakeover: true },
  }),
];
