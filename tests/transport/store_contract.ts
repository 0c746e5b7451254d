/**
 * The part of the contract that has to do with TLS, with the tests' authority in the runtime's own store: see
 * `store_test.ts`, which runs this in a process of its own.
 *
 * @module
 */
import { after, before, describe } from "node:test";
import { loadTransport } from "../../src/transport/detect.ts";
import { tunnelled, TunnelServer } from "../proxy/tunnel_server.ts";
import { bytesContract } from "./contract_bytes.ts";
import { endContract } from "./contract_end.ts";
import { tlsContract } from "./contract_tls.ts";
import { tlsEndContract } from "./contract_tls_end.ts";

const transport = await loadTransport();
tlsContract(transport);
tlsEndContract(transport);
bytesContract(transport, "TLS");
endContract(transport, "TLS");

// On Deno, with authorities of one's own, a tunnel's TLS is that of `node:tls`.
if (transport.name === "deno") {
  describe("through a proxy", () => {
    let server: TunnelServer;
    before(async () => {
      server = await TunnelServer.start();
    });
    after(() => server[Symbol.asyncDispose]());

    const plain = tunnelled(transport, "http:", () => server.plain);
    bytesContract(plain, "TLS");
    endContract(plain, "TLS");
  });
}
