import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { ByteCollector } from "../../src/core/byte_collector.ts";
import { assertSameBytes, patternOf } from "./support_bytes.ts";

describe("byte_collector", () => {
  it("puts parts together as copies", () => {
    const collector = new ByteCollector();
    const content = patternOf(5000);
    for (let at = 0; at < content.length; at += 100) {
      const part = content.slice(at, at + 100);
      collector.append(part);
      part.fill(0);
    }
    assertEquals(collector.length, 5000);
    assertSameBytes(collector.view(), content);
  });

  it("begins anew after a clear", () => {
    const collector = new ByteCollector();
    collector.append(patternOf(300));
    collector.clear();
    assertEquals([collector.length, collector.view().length], [0, 0]);
    collector.append(patternOf(10, 3));
    assertSameBytes(collector.view(), patternOf(10, 3));
  });

  it("owns no memory before the first part", () => {
    assertEquals(new ByteCollector().view().buffer.byteLength, 0);
  });
});
