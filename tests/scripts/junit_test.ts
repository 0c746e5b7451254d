import { test } from "node:test";
import { assertEquals, assertThrows } from "@std/assert";
import { parseJUnit } from "../../scripts/junit.ts";

const expected = [
  { name: "top & <tail>", outcome: "passed" },
  { name: "left out", outcome: "skipped" },
  { name: "suite > good", outcome: "passed" },
  { name: "suite > bad", outcome: "failed" },
  { name: "suite > inner > deep", outcome: "passed" },
];

test("JUnit: Deno's, where a suite is a test and its steps have a suite of their own", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="7" failures="2" errors="0" time="0.1">
  <testsuite name="./tests/a_test.ts" tests="3" disabled="1" errors="0" failures="1">
    <testcase name="top &amp; &lt;tail&gt;" classname="./tests/a_test.ts" time="0.1" line="3" col="1">
    </testcase>
    <testcase name="left out" classname="./tests/a_test.ts" time="0.0"><skipped/></testcase>
    <testcase name="suite" classname="./tests/a_test.ts" time="0.0" line="6" col="1">
      <failure message="1 test step failed">1 test step failed.</failure>
    </testcase>
  </testsuite>
  <testsuite name="ext:deno_node/testing.ts" tests="4" disabled="0" errors="0" failures="1">
    <testcase name="suite &gt; good" classname="ext:deno_node/testing.ts" time="0.0"></testcase>
    <testcase name="suite &gt; bad" classname="ext:deno_node/testing.ts" time="0.0">
      <failure message="Uncaught Error: a
second line">Error: &lt;testcase name="not one"/&gt;</failure>
    </testcase>
    <testcase name="suite &gt; inner" classname="ext:deno_node/testing.ts" time="0.0"></testcase>
    <testcase name="suite &gt; inner &gt; deep" classname="ext:deno_node/testing.ts" time="0.0"></testcase>
  </testsuite>
</testsuites>`;
  assertEquals<unknown>(parseJUnit(xml), expected);
});

test("JUnit: Deno's suite that fails by itself counts", () => {
  const xml = `<testsuites><testsuite name="./tests/a_test.ts">
    <testcase name="suite"><failure message="Leaks detected">Leaks</failure></testcase>
    <testcase name="suite &gt; good"></testcase>
  </testsuite></testsuites>`;
  assertEquals(parseJUnit(xml).map(({ outcome }) => outcome), ["failed", "passed"]);
});

test("JUnit: Bun's, with suites in the file's and empty elements", () => {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="5" assertions="0" failures="1" skipped="1" time="0.05">
  <testsuite name="tests/a_test.ts" file="tests/a_test.ts" tests="5">
    <testcase name="top &amp; &lt;tail&gt;" classname="" time="0.1" file="tests/a_test.ts" line="3" />
    <testcase name="left out" classname="" time="0"><skipped message="TODO" /></testcase>
    <testsuite name="suite" file="tests/a_test.ts" line="6" tests="3">
      <testcase name="good" classname="suite" time="0.1" />
      <testcase name="bad" classname="suite" time="0.1">
        <failure type="AssertionError" message="a&#10;b">AssertionError</failure>
      </testcase>
      <testsuite name="inner" tests="1"><testcase name="deep" classname="inner &gt; suite" /></testsuite>
    </testsuite>
  </testsuite>
</testsuites>`;
  assertEquals<unknown>(parseJUnit(xml), expected);
});

test("JUnit: Node's, with bare > in attributes and no suite for the file", () => {
  const xml = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testcase name="top &amp; &lt;tail>" time="0.1" classname="test" file="/a_test.ts"/>
  <testcase name="left out" time="0.1"><skipped type="skipped" message="why"/></testcase>
  <testsuite name="suite" time="0.1" tests="3" failures="1">
    <testcase name="good" time="0.1" classname="suite"/>
    <testcase name="bad" time="0.1" classname="suite" failure="a">
      <failure type="testCodeFailure" message="a">
[Error: a] { code: 'ERR_TEST_FAILURE' }
      </failure>
    </testcase>
    <testsuite name="inner" time="0.1"><testcase name="deep" classname="suite.inner"/></testsuite>
  </testsuite>
  <!-- tests 5 -->
</testsuites>`;
  assertEquals<unknown>(parseJUnit(xml), expected);
});

test("JUnit: a report that lost tests is refused", () => {
  const lost = [
    '<testsuites tests="2"><testcase name="a"/></testsuites>',
    '<undefined name="a"><!-- tests 0 -->',
  ];
  for (const xml of lost) assertThrows(() => parseJUnit(xml), Error, "declared");
});

test("JUnit: no report, no tests", () => assertEquals(parseJUnit(""), []));
