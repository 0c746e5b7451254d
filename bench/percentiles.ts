import {
  type Answer,
  formatColumns,
  formatNumber,
  formatRatio,
  type Measure,
  medianOf,
  medianRatio,
} from "./report.ts";

import { higherIsBetter, type Question } from "./questions.ts";

/** How each contestant of a question about latency fared, the fastest first; empty where there is no such question. */
export function formatPercentiles(answers: readonly Answer[]): string {
  return answers.filter(({ question }) => question.others !== undefined).map((answer) =>
    `\n\n${answer.question.name}, ${answer.question.unit}\n\n${formatAnswer(answer)}`
  ).join("");
}

function formatAnswer({ question, findings }: Answer): string {
  const subject = question.subject ?? "silver9";
  const sign = higherIsBetter(question) ? -1 : 1;
  const names = Object.keys(findings).filter((name) => !Number.isNaN(medianOf(findings[name])))
    .sort((a, b) => sign * (medianOf(findings[a]) - medianOf(findings[b])));
  const rows = names.map((name) => {
    const cell = (of: Measure): string => formatNumber(medianOf(findings[name], of));
    const ratio = name === subject ? "" : formatRatio(medianRatio(findings[subject], findings[name]));
    const percentiles = isTime(question) ? [cell("p99"), cell("p999"), cell("max")] : [];
    return [name, cell("value"), ...percentiles, ratio];
  });
  const titles = isTime(question) ? ["p50", "p99", "p99.9", "max"] : [question.unit];
  return formatColumns(["contestant", ...titles, `${subject} to it`], rows);
}

function isTime({ unit }: Question): boolean {
  return unit === "µs";
}
