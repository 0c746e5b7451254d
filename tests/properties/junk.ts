import fc from "fast-check";

/** Whatever a program in plain JavaScript could hand over: of any type, also objects that cannot become a string. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true }),
  fc.anything({ withTypedArray: true, withSparseArray: true, withObjectString: true }),
  fc.constantFrom<unknown>(
    Symbol("junk"),
    Symbol.iterator,
    () => {},
    class Junk {},
    Object.create(null),
    { toString: null, valueOf: null },
    { [Symbol.iterator]: 1 },
    { [Symbol.toPrimitive]: 1 },
    new Proxy({}, {}),
    new Date(NaN),
    /junk/,
    Promise.resolve(),
    new Map([["a", "b"]]),
    -0,
    NaN,
    2 ** 53,
    "",
    " ",
    "\r\n",
    "\ud800",
  ),
);
