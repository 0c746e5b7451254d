import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { describe, it } from "node:test";
import { parseExtensionHeader } from "../../src/core/extension_header.ts";

/** `[name, [parameter, value], …]` per extension. */
function parsed(value: string): unknown {
  return parseExtensionHeader(value)?.map(({ name, parameters }) => [
    name,
    ...parameters.map(({ name, value }) => [name, value]),
  ]);
}

describe("parseExtensionHeader", () => {
  it("18 names, flags, values and lists", () => {
    assertEquals(parsed("foo"), [["foo"]]);
    assertEquals(parsed("foo; a; b=1, bar;c=x"), [["foo", ["a", undefined], ["b", "1"]], ["bar", [
      "c",
      "x",
    ]]]);
    assertEquals(parsed("foo,foo;a"), [["foo"], ["foo", ["a", undefined]]]);
    assertEquals(parsed("foo; a=1; a=2"), [["foo", ["a", "1"], ["a", "2"]]]);
  });

  it("18 white space is optional", () => {
    assertEquals(parsed(" foo\t;\ta = 1 ,\tbar "), [["foo", ["a", "1"]], ["bar"]]);
    assertEquals(parsed("foo;a=1,bar"), [["foo", ["a", "1"]], ["bar"]]);
  });

  it("18 quoted values are read", () => {
    assertEquals(parsed('foo; a="10"; b="x\\y\\z"'), [["foo", ["a", "10"], ["b", "xyz"]]]);
    assertEquals(parsed('foo; a = "10" , bar'), [["foo", ["a", "10"]], ["bar"]]);
  });

  it("18 names that every object has are names like others", () => {
    for (const name of ["__proto__", "constructor", "hasOwnProperty", "toString"]) {
      assertEquals(parsed(`${name}; ${name}=${name}`), [[name, [name, name]]]);
    }
  });

  it("18 no text makes the parser look at it again and again: these would take minutes", () => {
    const many = 2 ** 20;
    for (const piece of [" ", "\t;", '\\"', "\\x", '"', ",", ";", "=", '"\\']) {
      parsed(`foo; a="${piece.repeat(many)}`);
      parsed(`foo${piece.repeat(many)}bar`);
    }
  });

  it("18 a quoted value must be a token, too", () => {
    for (const quoted of ['""', '"a b"', '"a,b"', '"a;b"', '"a\\"b"', '"a\\\\b"', '"a=b"', '"é"']) {
      assertEquals(parsed(`foo; a=${quoted}`), undefined, quoted);
    }
  });

  it("18 empty elements of the list are passed over, but one must be there", () => {
    assertEquals(parsed(",foo, ,bar,"), [["foo"], ["bar"]]);
    for (const value of ["", " ", ",", " , ,"]) assertEquals(parsed(value), undefined);
  });

  it("18 malformed values", () => {
    for (
      const value of [
        ";",
        "foo;",
        "foo;;a",
        "; a",
        "foo; =1",
        "foo; a=",
        "foo; a==1",
        "foo; a=b=c",
        "foo bar",
        "foo; a b",
        "foo; a=b c",
        'foo; a="b',
        'foo; a=b"',
        'foo; a="b"c',
        'foo; a="b\\"',
        'foo; a="b,c"; d',
        'foo; a="b;c", bar',
        'foo; a="b\\",c"',
        'foo; a="b\\"; c="d"',
        'foo; a="b", "bar"',
        'foo; "a"=b',
        'foo; "a=b"',
        '"foo"',
        "foo/bar",
        "foo; a=(b)",
        "fo\u00f6",
        "foo, bar;",
        "foo=1",
      ]
    ) {
      assertEquals(parsed(value), undefined, value);
    }
  });

  it("18 reads back whatever the grammar allows", () => {
    const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,8}$/);
    const space = fc.constantFrom("", " ", "\t", " \t ");
    const value = fc.oneof(
      fc.constant(undefined),
      token.map((text) => ({ text, written: text })),
      token.map((text) => ({ text, written: `"${text}"` })),
      token.map((text) => ({ text, written: `"${text.replace(/./g, "\\$&")}"` })),
    );
    const parameter = fc.tuple(token, value, space);
    const extension = fc.tuple(token, fc.array(parameter, { maxLength: 3 }), space);
    fc.assert(fc.property(fc.array(extension, { minLength: 1, maxLength: 3 }), (extensions) => {
      const written = extensions.map(([name, parameters, space]) =>
        [
          name,
          ...parameters.map(([key, value, around]) =>
            value ? key + around + "=" + around + value.written : key
          ),
        ]
          .join(space + ";" + space)
      ).join(" , ");
      const expected = extensions.map(([name, parameters]) => [
        name,
        ...parameters.map(([key, value]) => [key, value?.text]),
      ]);
      assertEquals(parsed(written), expected);
    }));
  });
});
