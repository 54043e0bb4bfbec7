import { evaluationPrefix } from "../../model/evaluation-metric.js";
import { ranksOf, runsAt, type Run } from "../runs/comparison-roles.js";
import { mixedDataText } from "../runs/run-data.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatList, formatRanks } from "../wording.js";
import type { ConfoundRule, StudyFinding } from "./confound-rule.js";

export const unequalEvaluation = {
  kind: "UNEQUAL_EVALUATION",
  description: "Runs were evaluated on different numbers of items, or on different data sets.",
  affects: ["METRICS"],
  inStudy,
} as const satisfies ConfoundRule;

/** Values of one metric on other items differ for that reason alone. The training's metrics do not depend on an evaluation. */
function inStudy({ runs, roles }: StudyEvidence, { metric }: HypothesisRule): StudyFinding | undefined {
  const prefix = evaluationPrefix(metric);
  if (roles === undefined || prefix === undefined) return undefined;
  const unequal = ranksOf(runs).flatMap((rank) => {
    const compared = [roles.baseline, roles.candidate].flatMap((configuration) =>
      runsAt(runs, configuration, rank).filter(({ metrics }) => metrics.has(metric)),
    );
    const text = itemsText(compared, `${prefix}_samples`) ?? dataText(compared, metric);
    return text === undefined ? [] : [{ rank, text }];
  });
  if (unequal.length === 0) return undefined;
  const ranks = unequal.map(({ rank }) => rank);
  const texts = [...new Set(unequal.map(({ text }) => text))];
  return {
    severity: "HIGH",
    message: `The evaluations behind ${metric} differ at ${formatRanks(ranks)}: ${formatList(texts, "; ")}.`,
    ranks,
  };
}

/** Returns the numbers of evaluated items with an example of each; undefined if all known ones are equal. */
function itemsText(runs: readonly Run[], metric: string): string | undefined {
  const examples = new Map<number, string>();
  for (const { name, metrics } of runs) {
    const items = metrics.get(metric);
    if (items !== undefined && !examples.has(items)) examples.set(items, name);
  }
  if (examples.size < 2) return undefined;
  return formatList([...examples].map(([items, name]) => `${items} items in ${name}`));
}

/** Returns the evaluation data sets; undefined if all known ones are equal. */
function dataText(runs: readonly Run[], metric: string): string | undefined {
  const ofEvaluation = runs.map(({ data }) => {
    const name = data?.["evaluation_dataset"];
    return { data: name === undefined ? null : { evaluation_dataset: name } };
  });
  return mixedDataText(ofEvaluation, metric);
}
