import type { Evidence, HypothesisRule } from "../study-evidence.js";
import { comparedRuns, formatRanks, type FailureEvidence, type FailureMode } from "./failure-mode.js";

type Judged = FailureEvidence["degradations"];

/** Ranks that do not hold. */
export function insufficientRank(
  study: FailureEvidence,
  { metric, thresholdPercent }: Pick<HypothesisRule, "metric" | "thresholdPercent">,
): FailureMode[] {
  const failing = study.degradations.filter(({ degradation }) => degradation.acceptable === false);
  if (failing.length === 0) return [];
  const ranks = failing.map(({ rank }) => rank);
  const isCertain = failing.some(({ degradation }) => degradation.verdict === "UNACCEPTABLE");
  return [
    {
      kind: "INSUFFICIENT_RANK",
      symptom: `${metric} degrades by ${thresholdPercent} % or more at ${formatRanks(ranks)}`,
      cause: "The adapter has too few directions to make up for quantization",
      mitigation: "Use a larger rank, or more bits for the base weights",
      // Where every interval also holds acceptable percents, seeds may be all there is to it.
      severity: isCertain ? "HIGH" : "MEDIUM",
      evidence: percents(failing),
      experiments: comparedRuns(study, ranks),
    },
  ];
}

/** Ranks that do not hold although a smaller one does. */
export function nonMonotonicRank(study: FailureEvidence): FailureMode[] {
  const tested = study.degradations.filter(({ degradation }) => degradation.acceptable !== null);
  const firstAcceptable = tested.findIndex(({ degradation }) => degradation.acceptable);
  const later = firstAcceptable < 0 ? [] : tested.slice(firstAcceptable + 1);
  const relapsed = later.filter(({ degradation }) => !degradation.acceptable);
  if (relapsed.length === 0) return [];
  const ranks = relapsed.map(({ rank }) => rank);
  return [
    {
      kind: "NON_MONOTONIC_RANK",
      symptom: `A smaller rank holds, but ${formatRanks(ranks)} does not`,
      cause: "The difference between seeds, or a learning rate that does not suit the larger rank's step scale",
      mitigation: "Repeat with more seeds; keep alpha / r constant over the sweep, or use rsLoRA",
      severity: "MEDIUM",
      evidence: percents(tested),
      experiments: comparedRuns(study, ranks),
    },
  ];
}

function percents(judged: Judged): Evidence[] {
  return judged.map(({ rank, degradation }) => ({
    label: `degradation at r = ${rank}`,
    value: degradation.percent,
    unit: "%",
  }));
}
