import type { HypothesisVerdict } from "../../model/enums/verdict.js";
import type { RankDegradation } from "../degradation/degradation.js";
import {
  notebookRankThreshold,
  openBecause,
  rankThreshold,
  type RankThreshold,
} from "../degradation/rank-threshold.js";
import type { Evidence, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { HypothesisDefinition, Judgement } from "./hypothesis.js";

/** H3: there is a minimum rank from which the metric degrades by less than the threshold. */
export const minimumRank = {
  id: "H3",
  basis: "METRICS",
  statement: ({ metric, thresholdPercent }) =>
    `There is a minimum rank from which ${metric} degrades by less than ${thresholdPercent} %.`,
  judge,
  judgeByNotebook,
} as const satisfies HypothesisDefinition;

function judge({ degradations }: StudyEvidence): Judgement {
  const threshold = rankThreshold(degradations);
  const { rank, bound, reason, inconclusiveRanks } = threshold;
  return {
    verdict: verdictOf(threshold),
    because: inconclusiveRanks.length > 0 ? inconclusiveReason(threshold, degradations) : reason,
    evidence: [
      { label: `minimum viable rank (${bound})`, value: rank, unit: "rank" },
      ...degradations.flatMap(degradationEvidence),
    ],
  };
}

function verdictOf({ testedRanks, inconclusiveRanks, bound }: RankThreshold): HypothesisVerdict {
  if (testedRanks.length === 0) return "NOT_TESTED";
  if (inconclusiveRanks.length > 0) return "INCONCLUSIVE";
  switch (bound) {
    case "EXACT":
      return "SUPPORTED";
    case "AT_MOST":
      return "PARTIALLY_SUPPORTED";
    case "NONE":
      return "REJECTED";
  }
}

function inconclusiveReason(threshold: RankThreshold, degradations: readonly RankDegradation[]): string {
  const ranksByReason = new Map<string, number[]>();
  for (const entry of degradations) {
    if (!threshold.inconclusiveRanks.includes(entry.rank)) continue;
    const reason = openBecause(entry);
    ranksByReason.set(reason, [...(ranksByReason.get(reason) ?? []), entry.rank]);
  }
  const reasons = [...ranksByReason].map(([reason, ranks]) => `${formatRanks(ranks)} is inconclusive (${reason})`);
  return `${reasons.join("; ")}; ${rangeText(threshold)}.`;
}

function rangeText({ range: { least, greatest } }: RankThreshold): string {
  if (least === null) return "r* is above every tested rank";
  if (greatest === null) return `r* is ${least} or larger`;
  return least === greatest ? `r* is ${least}` : `r* is between ${least} and ${greatest}`;
}

function degradationEvidence({ rank, degradation: { percent, interval } }: RankDegradation): Evidence[] {
  if (percent === null) return [];
  const bounds =
    interval === null
      ? ""
      : ` (${interval.confidence * 100} % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`;
  return [{ label: `degradation at r = ${rank}${bounds}`, value: percent, unit: "%" }];
}

function judgeByNotebook({ degradations }: StudyEvidence): Judgement {
  const { rank, reason, testedRanks } = notebookRankThreshold(degradations);
  const verdictOfTested = rank === null ? "REJECTED" : "SUPPORTED";
  return {
    verdict: testedRanks.length === 0 ? "NOT_TESTED" : verdictOfTested,
    because: reason,
    evidence: [{ label: "minimum viable rank", value: rank, unit: "rank" }],
  };
}
