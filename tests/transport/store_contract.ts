/**
 * The part of the contract that has to do with TLS, with the tests' authority in the runtime's own store: see
 * `store_test.ts`, which runs this in a process of its own.
 *
 * @module
 */
import { loadTransport } from "../../src/transport/detect.ts";
import { bytesContract } from "./contract_bytes.ts";
import { endContract } from "./contract_end.ts";
import { tlsContract } from "./contract_tls.ts";
import { tlsEndContract } from "./contract_tls_end.ts";

const transport = await loadTransport();
tlsContract(transport);
tlsEndContract(transport);
bytesContract(transport, "TLS");
endContract(transport, "TLS");
