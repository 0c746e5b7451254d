import { isIPv4 } from "node:net";

/** The bytes of an IP address: 4 or 16. A zone (`%eth0`) is left out: it means nothing elsewhere. */
export function encodeAddress(address: string): number[] {
  if (isIPv4(address)) return address.split(".").map(Number);
  // The URL parser knows every way of writing one, and writes it in groups of hexadecimal digits.
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, "")}]`);
  const [head, tail] = hostname.slice(1, -1).split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const zeros = new Array<number>(16 - before.length - after.length).fill(0);
  return [...before, ...zeros, ...after];
}

function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    const value = parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
