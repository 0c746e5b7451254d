/**
 * Gives a class the outside that Web IDL asks of an interface: its members can be enumerated, its constants are on the
 * class and on its prototype, and its instances name it.
 */
export function exposeInterface(
  // deno-lint-ignore ban-types -- any class
  interfaceClass: Function & { readonly prototype: object },
  constants: Readonly<Record<string, number>> = {},
): void {
  const { name, prototype } = interfaceClass;
  for (const member of Object.getOwnPropertyNames(prototype)) {
    if (member !== "constructor") Object.defineProperty(prototype, member, { enumerable: true });
  }
  for (const [constant, value] of Object.entries(constants)) {
    const property = { value, enumerable: true, writable: false, configurable: false };
    Object.defineProperty(interfaceClass, constant, property);
    Object.defineProperty(prototype, constant, property);
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}
