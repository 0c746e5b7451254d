import * as acorn from "acorn";
import { full } from "acorn-walk";
import { stripTypeScriptTypes } from "node:module";
import type { Counts } from "./counts.ts";

/** What can be covered. */
export type Kind = "statement" | "function" | "branch";

/** A place of the source that is covered once something has been run. */
export interface Place {
  readonly kind: Kind;
  /** Where it begins. */
  readonly at: number;
  /** What has to happen there, for people. */
  readonly what: string;
  isCovered(counts: Counts): boolean;
  /** Whether it takes two counts to say so. */
  readonly isComparison: boolean;
}

/**
 * The statements, functions and branches of a source. V8 tells only which ranges ran how often: that an `if` without
 * `else` was never passed by, or that `a` in `a && b` was never false, shows only in a comparison of two counts, and
 * for this the syntax has to be known.
 */
export function placesOf(source: string): Place[] {
  const program = acorn.parse(stripTypeScriptTypes(source), { ecmaVersion: "latest", sourceType: "module" });
  const places: Place[] = [];
  const ran = (kind: Kind, what: string, at: number) =>
    places.push({ kind, what, at, isCovered: (counts) => counts[at]! > 0, isComparison: false });
  /** Whether what begins at `from` has run more often than what it may lead to. */
  const passed = (what: string, from: number, to: number) =>
    places.push({
      kind: "branch",
      what,
      at: from,
      isCovered: (counts) => counts[from]! > counts[to]!,
      isComparison: true,
    });

  const loops = loopsOf(program);

  full(program, (node) => {
    const visited = node as acorn.AnyNode;
    switch (visited.type) {
      case "IfStatement":
        ran("branch", "the condition holds", visited.consequent.start);
        if (visited.alternate) ran("branch", "the condition does not hold", visited.alternate.start);
        else passed("the condition does not hold", visited.test.start, visited.consequent.start);
        break;
      case "ConditionalExpression":
        ran("branch", "the condition holds", visited.consequent.start);
        ran("branch", "the condition does not hold", visited.alternate.start);
        break;
      case "LogicalExpression": {
        const { left, right, operator } = visited;
        const before = left.type === "LogicalExpression" && left.operator === operator ? left.right : left;
        ran("branch", `what is right of ${operator} matters`, right.start);
        const what = `what is right of ${operator} does not matter`;
        const loop = loops.get(before.start);
        if (loop === undefined) passed(what, before.start, right.start);
        else {
          const isCovered = (counts: Counts) => counts[loop.at]! + counts[loop.body]! > counts[right.start]!;
          places.push({ kind: "branch", what, at: before.start, isCovered, isComparison: true });
        }
        break;
      }
      case "SwitchCase":
        if (visited.consequent.length > 0) ran("branch", "the case is met", visited.consequent[0]!.start);
        break;
      case "CatchClause":
        ran("branch", "something is caught", visited.body.start);
        break;
      case "WhileStatement":
      case "ForStatement":
      case "ForOfStatement":
      case "ForInStatement":
        ran("branch", "the loop's body runs", visited.body.start);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        ran("function", "the function is called", visited.body.start);
        break;
    }
    if (isStatement(visited)) ran("statement", "the statement runs", visited.start);
  });
  return places.sort((a, b) => a.at - b.at);
}

/**
 * The loops, by where their conditions begin. V8 does not count how often a condition is looked at: each time the
 * loop is come to, and again after each turn (but for those that leave the loop in their middle).
 */
function loopsOf(program: acorn.Program): Map<number, { readonly at: number; readonly body: number }> {
  const loops = new Map<number, { at: number; body: number }>();
  full(program, (node) => {
    const { type, start } = node;
    if (type !== "WhileStatement" && type !== "ForStatement") return;
    const { test, body } = node as acorn.WhileStatement | acorn.ForStatement;
    if (test) loops.set(test.start, { at: start, body: body.start });
  });
  return loops;
}

function isStatement({ type }: acorn.AnyNode): boolean {
  if (type === "BlockStatement" || type === "EmptyStatement" || type === "FunctionDeclaration") return false;
  return type.endsWith("Statement") || type === "VariableDeclaration";
}
