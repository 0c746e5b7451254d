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
    places.push({ kind, what, at, isCovered: (counts) => counts[at]! > 0 });
  /** Whether what begins at `from` has run more often than what it may lead to. */
  const passed = (what: string, from: number, to: number) =>
    places.push({ kind: "branch", what, at: from, isCovered: (counts) => counts[from]! > counts[to]! });

  full(program, (node, _state, type) => {
    const visited = node as acorn.AnyNode;
    // The walk comes by twice where a node is visited under a category's name as well.
    if (type !== visited.type) return;
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
        passed(`what is right of ${operator} does not matter`, before.start, right.start);
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

function isStatement({ type }: acorn.AnyNode): boolean {
  if (type === "BlockStatement" || type === "EmptyStatement" || type === "FunctionDeclaration") return false;
  return type.endsWith("Statement") || type === "VariableDeclaration";
}
