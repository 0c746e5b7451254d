import { type Answer, compare } from "./report.ts";
import { higherIsBetter } from "./questions.ts";
import type { Runtime } from "./runtimes.ts";

/** How many times as fast, or as small, as the best peer: a row for each question, a column for each runtime. */
export function summaryRows(answers: readonly Answer[]): [header: string[], ...rows: string[][]] {
  const runtimes = [...new Set(answers.map(({ runtime }) => runtime))];
  const names = [...new Set(answers.filter(hasPeers).map(({ question }) => question.name))];
  const cell = (name: string, runtime: Runtime) => {
    const answer = answers.find((answer) => answer.question.name === name && answer.runtime === runtime);
    return answer === undefined ? "" : timesBetter(answer);
  };
  return [
    ["beside the best peer", ...runtimes],
    ...names.map((name) => [name, ...runtimes.map((runtime) => cell(name, runtime))]),
  ];
}

/** Questions about the styles compare the library with itself. */
function hasPeers({ question: { subject = "silver9", peers } }: Answer): boolean {
  return peers === undefined && !/^silver9-(async|blocking)/.test(subject);
}

function timesBetter(answer: Answer): string {
  const comparison = compare(answer);
  // Of memory, less can be there afterwards than before.
  if (comparison === undefined || !(comparison.ratio > 0)) return "";
  const { ratio, bestPeer } = comparison;
  const times = higherIsBetter(answer.question) ? ratio : 1 / ratio;
  return `${times.toPrecision(times < 1 ? 2 : 3)} × ${bestPeer}`;
}
