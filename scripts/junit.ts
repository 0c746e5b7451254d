/** One test of a JUnit report. */
export interface TestCase {
  /** With the names of the suites around it: `suite > test`. */
  readonly name: string;
  readonly outcome: "passed" | "failed" | "skipped";
}

/**
 * Reads the tests of a JUnit report as Deno, Bun and Node write it. A suite is not a test: what Deno
 * reports for a suite counts only when the suite itself failed, and not one of its tests.
 *
 * Throws when the report does not hold as many tests as it says, or is cut off.
 */
export function parseJUnit(xml: string): TestCase[] {
  const cases: { name: string; outcome: TestCase["outcome"]; failures: string[] }[] = [];
  const suites: string[] = [];
  // Attribute values may hold a bare ">".
  for (
    const [, slash, tag, attributes, empty] of xml.matchAll(/<(\/?)(\w+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>/g)
  ) {
    const attribute = (name: string) =>
      unescape(attributes!.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? "");
    const current = cases.at(-1);
    if (tag === "testsuite") {
      if (slash) suites.pop();
      else if (!empty) suites.push(isFile(attribute("name")) ? "" : attribute("name"));
    } else if (tag === "testcase" && !slash) {
      const name = [...suites, attribute("name")].filter((part) => part !== "").join(" > ");
      cases.push({ name, outcome: "passed", failures: [] });
    } else if ((tag === "failure" || tag === "error") && !slash && current) {
      current.outcome = "failed";
      current.failures.push(attribute("message"));
    } else if (tag === "skipped" && !slash && current) {
      current.outcome = "skipped";
    }
  }

  const declared = xml.match(/<testsuites[^>]*\stests="(\d+)"/) ?? xml.match(/<!-- tests (\d+) -->/);
  if (declared && Number(declared[1]) !== cases.length || xml.includes("<undefined")) {
    throw new Error(
      `Reading a JUnit report: ${cases.length} tests found, ${declared?.[1] ?? "more"} declared`,
    );
  }

  const parents = new Set<string>();
  for (const { name } of cases) {
    for (let at = name.indexOf(" > "); at >= 0; at = name.indexOf(" > ", at + 1)) {
      parents.add(name.slice(0, at));
    }
  }
  const isSuite = ({ name, failures }: (typeof cases)[number]) =>
    parents.has(name) && failures.every((message) => /^\d+ test steps? failed$/.test(message));
  return cases.filter((test) => !isSuite(test)).map(({ name, outcome }) => ({ name, outcome }));
}

/** Deno and Bun report each file, Deno its own module too, as a suite around the others. */
function isFile(suite: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(suite);
}

function unescape(text: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replaceAll(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (entity, decimal, hexadecimal, name) => {
    if (name !== undefined) return entities[name] ?? entity;
    return String.fromCodePoint(decimal ? Number(decimal) : parseInt(hexadecimal, 16));
  });
}
