import { detectRuntime, loadTransport } from "../../src/transport/detect.ts";
import { bytesContract } from "./contract_bytes.ts";
import { connectContract } from "./contract_connect.ts";
import { endContract } from "./contract_end.ts";
import { tlsContract } from "./contract_tls.ts";
import { tlsEndContract } from "./contract_tls_end.ts";

for (const name of new Set([detectRuntime(), "node" as const])) {
  const transport = await loadTransport(name);
  connectContract(transport);
  tlsContract(transport);
  tlsEndContract(transport);
  for (const layer of ["TCP", "TLS"] as const) {
    bytesContract(transport, layer);
    endContract(transport, layer);
  }
}
