import { after, before, describe } from "node:test";
import { detectRuntime, loadTransport } from "../../src/transport/detect.ts";
import { bytesContract } from "../transport/contract_bytes.ts";
import { endContract } from "../transport/contract_end.ts";
import { tunnelled, TunnelServer } from "./tunnel_server.ts";

const transport = await loadTransport("node");
const own = await loadTransport();

// Without a proxy, both directions end each by itself, in Bun too.
const noWriteAfterEnd = detectRuntime() === "bun"
  ? "Bun: TLS in TLS ends both directions at once"
  : undefined;

describe("transports keep their contract through a proxy", () => {
  let server: TunnelServer;
  before(async () => {
    server = await TunnelServer.start();
  });
  after(() => server[Symbol.asyncDispose]());

  const plain = tunnelled(transport, "http:", () => server.plain);
  const secure = tunnelled(transport, "https:", () => server.secure);
  endContract(plain, "TCP");
  bytesContract(plain, "TLS");
  endContract(plain, "TLS");
  bytesContract(secure, "TLS");
  endContract(secure, "TLS", { noWriteAfterEnd });
  // Bun's leaves all that to `node:net` and `node:tls`, Deno's what has authorities of the test's own: the rest of it
  // is in tests/transport/store_test.ts.
  if (detectRuntime() === "deno") endContract(tunnelled(own, "http:", () => server.plain), "TCP");
});
