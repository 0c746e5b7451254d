import { detectRuntime, loadTransport } from "../../src/transport/detect.ts";
import { bytesContract } from "./contract_bytes.ts";
import { endContract } from "./contract_end.ts";

for (const name of new Set([detectRuntime(), "node" as const])) {
  const transport = await loadTransport(name);
  for (const layer of ["TCP", "TLS"] as const) {
    bytesContract(transport, layer);
    endContract(transport, layer);
  }
}
