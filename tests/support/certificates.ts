/**
 * Certificates for tests, made on the spot and once per process.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import "./reflect_metadata.ts";
import type { ExtendedKeyUsage, JsonGeneralNames, X509Certificate } from "@peculiar/x509";

// Not a static import: Bun would run this CommonJS package ahead of the module above it.
const x509 = await import("@peculiar/x509");

/** A certificate and its private key, both PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** What {@linkcode certificates} makes. */
export interface Certificates {
  /** The authority that clients are to trust; it signed `server`, `wrongHost` and `expired`. PEM. */
  readonly ca: string;
  /** Valid for `localhost`, `127.0.0.1` and `::1`. */
  readonly server: Identity;
  /** Valid, but for `wrong.example` and 192.0.2.1 alone. */
  readonly wrongHost: Identity;
  /** As `server`, but over since yesterday. */
  readonly expired: Identity;
  /** As `server`, but not signed by `ca`. */
  readonly selfSigned: Identity;
  /** The authority that servers are to trust; it signed `client`. PEM. */
  readonly clientCa: string;
  /** A client's certificate. */
  readonly client: Identity;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;

const localNames: JsonGeneralNames = [
  { type: "dns", value: "localhost" },
  { type: "ip", value: "127.0.0.1" },
  { type: "ip", value: "::1" },
];
const otherNames: JsonGeneralNames = [
  { type: "dns", value: "wrong.example" },
  { type: "ip", value: "192.0.2.1" },
];

interface Authority {
  readonly certificate: X509Certificate;
  readonly keys: CryptoKeyPair;
}

interface LeafOptions {
  readonly usage: ExtendedKeyUsage;
  readonly names?: JsonGeneralNames;
  readonly notAfter?: Date;
}

let made: Promise<Certificates> | undefined;

/**
 * The certificates of this process, made by the first call; or those in the JSON file that
 * {@linkcode certificatesVariable} names, made by the process that started this one.
 */
export function certificates(): Promise<Certificates> {
  const file = process.env[certificatesVariable];
  return made ??= file === undefined ? make() : Promise.resolve(JSON.parse(readFileSync(file, "utf8")));
}

/** The environment variable that hands certificates on. */
export const certificatesVariable = "TEST_CERTIFICATES";

async function make(): Promise<Certificates> {
  const [authority, clientAuthority] = await Promise.all([
    makeAuthority("CN=Test authority"),
    makeAuthority("CN=Test client authority"),
  ]);
  const usage = x509.ExtendedKeyUsage.serverAuth;
  const [server, wrongHost, expired, selfSigned, client] = await Promise.all([
    makeLeaf(authority, { usage, names: localNames }),
    makeLeaf(authority, { usage, names: otherNames }),
    makeLeaf(authority, { usage, names: localNames, notAfter: new Date(Date.now() - day) }),
    makeLeaf(undefined, { usage, names: localNames }),
    makeLeaf(clientAuthority, { usage: x509.ExtendedKeyUsage.clientAuth }),
  ]);
  return {
    ca: authority.certificate.toString("pem"),
    server,
    wrongHost,
    expired,
    selfSigned,
    clientCa: clientAuthority.certificate.toString("pem"),
    client,
  };
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const { keyCertSign, cRLSign } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 30 * day),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate, keys };
}

/** `authority` undefined: the certificate is signed by itself. */
async function makeLeaf(authority: Authority | undefined, options: LeafOptions): Promise<Identity> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=Test",
    issuer: authority?.certificate.subject ?? "CN=Test",
    publicKey: keys.publicKey,
    signingKey: (authority?.keys ?? keys).privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - 20 * day),
    notAfter: options.notAfter ?? new Date(Date.now() + 365 * day),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([options.usage]),
      ...(options.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension(options.names)]),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { cert: certificate.toString("pem"), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
}
