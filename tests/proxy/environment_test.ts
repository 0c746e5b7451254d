import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { type Environment, proxyVariable } from "../../src/proxy/environment.ts";
import { isExempt } from "../../src/proxy/no_proxy.ts";

const plain = { secure: false, host: "host.example", port: 80 };
const secure = { secure: true, host: "host.example", port: 443 };

function chosen(environment: Environment, target = plain): string | undefined {
  return proxyVariable(environment, target)?.value;
}

describe("the environment's proxy", () => {
  it("by scheme, then for all", () => {
    const all = { HTTP_PROXY: "h", HTTPS_PROXY: "s", ALL_PROXY: "a" };
    assertEquals([chosen(all), chosen(all, secure)], ["h", "s"]);
    assertEquals(chosen({ HTTP_PROXY: "h" }, secure), undefined);
    assertEquals(chosen({ HTTPS_PROXY: "s" }), undefined);
    assertEquals([chosen({ ALL_PROXY: "a" }), chosen({ all_proxy: "a" }, secure)], ["a", "a"]);
    assertEquals(chosen({}), undefined);
  });

  it("lower case goes first, and what is empty is not there", () => {
    assertEquals(chosen({ HTTP_PROXY: "upper", http_proxy: "lower" }), "lower");
    assertEquals(chosen({ HTTP_PROXY: "upper", http_proxy: " " }), "upper");
    assertEquals(chosen({ http_proxy: "", ALL_PROXY: " a " }), "a");
  });

  it("HTTP_PROXY is not believed in a CGI program", () => {
    assertEquals(chosen({ HTTP_PROXY: "evil", REQUEST_METHOD: "GET" }), undefined);
    assertEquals(chosen({ http_proxy: "good", REQUEST_METHOD: "GET" }), "good");
    assertEquals(chosen({ HTTPS_PROXY: "good", REQUEST_METHOD: "GET" }, secure), "good");
  });

  it("NO_PROXY", () => {
    assertEquals(chosen({ HTTP_PROXY: "h", NO_PROXY: "other.example" }), "h");
    assertEquals(chosen({ HTTP_PROXY: "h", NO_PROXY: "host.example" }), undefined);
    assertEquals(chosen({ HTTP_PROXY: "h", no_proxy: "*" }), undefined);
  });
});

describe("NO_PROXY exempts", () => {
  const cases: readonly (readonly [list: string, host: string, exempt: boolean])[] = [
    ["", "a.example", false],
    ["*", "a.example", true],
    ["*", "192.0.2.1", true],
    ["a.example", "a.example", true],
    ["A.Example", "a.example", true],
    ["a.example.", "a.example", true],
    ["a.example", "a.example.", true],
    ["a.example", "sub.a.example", true],
    ["a.example", "nota.example", false],
    ["a.example", "a.example.org", false],
    [".a.example", "sub.a.example", true],
    [".a.example", "a.example", false],
    ["*.a.example", "sub.a.example", true],
    ["*.a.example", "a.example", false],
    ["a.example:80", "a.example", true],
    ["a.example:81", "a.example", false],
    ["x , a.example", "a.example", true],
    ["x a.example", "a.example", true],
    ["192.0.2.1", "192.0.2.1", true],
    ["192.0.2.1:80", "192.0.2.1", true],
    ["192.0.2.1:443", "192.0.2.1", false],
    ["192.0.2.1", "192.0.2.10", false],
    ["2.1", "192.0.2.1", false],
    ["192.0.2.0/24", "192.0.2.200", true],
    ["192.0.2.0/24", "192.0.3.1", false],
    ["192.0.2.0/33", "192.0.2.1", false],
    ["192.0.2.0/", "192.0.2.0", false],
    ["/", "192.0.2.0", false],
    ["a/b", "a.example", false],
    ["0.0.0.0/0", "192.0.2.1", true],
    ["192.0.2.0/24", "a.example", false],
    ["2001:db8::1", "2001:db8:0::1", true],
    ["[2001:db8::1]", "2001:db8::1", true],
    ["[2001:db8::1]:80", "2001:db8::1", true],
    ["[2001:db8::1]:81", "2001:db8::1", false],
    ["2001:db8::/32", "2001:db8:1::5", true],
    ["2001:db8::/32", "2001:db9::5", false],
    ["localhost,.internal", "db.internal", true],
  ];
  for (const [list, host, exempt] of cases) {
    it(`${JSON.stringify(list)}: ${exempt ? "" : "not "}${host}`, () => {
      assertEquals(isExempt(list, host, 80), exempt);
    });
  }
});
