import { evaluationPrefix } from "../../model/evaluation-metric.js";
import type { Run } from "../runs/comparison-roles.js";
import { eachInSteps, type Steps } from "../steps.js";
import { formatList } from "../wording.js";

/**
 * Finds in which conditions runs differ that change a metric by themselves, as a sentence; undefined if all known ones are equal.
 * Their means are then not compared on equal terms.
 */
export function* unequalTerms(runs: readonly Run[], metric: string): Steps<string | undefined> {
  const prefix = evaluationPrefix(metric);
  const steps = new Set<number>();
  const items = new Set<number>();
  yield* eachInSteps(runs, (run) => {
    if (run.steps !== null) steps.add(run.steps);
    const evaluated = prefix === undefined ? undefined : run.metrics.get(`${prefix}_samples`);
    if (evaluated !== undefined) items.add(evaluated);
  });
  const texts = [
    ...(steps.size > 1 ? [`trained for different numbers of steps (${ascending(steps)})`] : []),
    ...(items.size > 1 ? [`evaluated on different numbers of items (${ascending(items)})`] : []),
  ];
  if (texts.length === 0) return undefined;
  return `The runs were ${texts.join(" and ")}, which changes their means beside the configuration.`;
}

function ascending(values: ReadonlySet<number>): string {
  return formatList([...values].sort((one, other) => one - other));
}
