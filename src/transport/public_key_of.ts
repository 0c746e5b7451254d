/**
 * The SubjectPublicKeyInfo in an X.509 certificate (RFC 5280 §4.1), both in DER, byte for byte; `undefined` where the
 * bytes are no certificate. Whether it is a good one is not looked at.
 */
export function publicKeyOf(certificate: Uint8Array): Uint8Array | undefined {
  const outer = read(certificate, 0);
  const tbs = outer && read(certificate, outer.content);
  if (tbs?.tag !== SEQUENCE) return undefined;
  let element = read(certificate, tbs.content);
  // version [0], which is optional; then serialNumber, signature, issuer, validity, subject
  const before = element?.tag === VERSION ? 6 : 5;
  for (let i = 0; i < before; i++) element = element && read(certificate, element.end);
  if (element?.tag !== SEQUENCE || element.end > tbs.end) return undefined;
  return certificate.subarray(element.start, element.end);
}

const SEQUENCE = 0x30;
const VERSION = 0xa0;

/** Where an element is: offsets of its tag, of its content, and of what follows. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

/** X.690 §8.1: one byte of tag, the length in one byte or behind the number of its bytes, the content. */
function read(der: Uint8Array, start: number): Element | undefined {
  const tag = der[start];
  const first = der[start + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (lengthBytes > 3) return undefined;
  const content = start + 2 + lengthBytes;
  let length = first < 0x80 ? first : 0;
  for (let at = start + 2; at < content; at++) length = length * 256 + (der[at] ?? 0);
  const end = content + length;
  return tag === undefined || end > der.length ? undefined : { tag, start, content, end };
}
