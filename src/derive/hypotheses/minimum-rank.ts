import type { HypothesisVerdict } from "../../model/enums/verdict.js";
import { lossDisagreement } from "../confounds/losses-disagree.js";
import type { RankDegradation } from "../degradation/degradation.js";
import { isTrainingLoss } from "../degradation/loss-change.js";
import { rankStates } from "../degradation/rank-states.js";
import { notebookRankThreshold, rankThreshold, type RankThreshold } from "../degradation/rank-threshold.js";
import type { Evidence, HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { formatRanks } from "../wording.js";
import type { HypothesisDefinition, Judgement, ReasonedVerdict } from "./hypothesis.js";

/** H3: there is a minimum rank from which the metric degrades by less than the threshold. */
export const minimumRank = {
  id: "H3",
  basis: "METRICS",
  statement: ({ metric, thresholdPercent }) =>
    `There is a minimum rank from which ${metric} degrades by less than ${thresholdPercent} %.`,
  judge,
  judgeByNotebook,
} as const satisfies HypothesisDefinition;

function judge(study: StudyEvidence, rule: HypothesisRule): Judgement {
  const { degradations } = study;
  const threshold = rankThreshold(degradations);
  return {
    ...(disagreementVerdict(study, rule) ?? thresholdVerdict(threshold, degradations)),
    certainty: threshold.certainty,
    evidence: [
      { label: `minimum viable rank (${threshold.bound})`, value: threshold.rank, unit: "rank" },
      ...degradations.flatMap(degradationEvidence),
    ],
  };
}

/** A training loss is measured on the examples of the training, so it decides nothing that the evaluation loss contradicts. */
function disagreementVerdict(study: StudyEvidence, rule: HypothesisRule): ReasonedVerdict | undefined {
  const disagreement = isTrainingLoss(rule.metric) ? lossDisagreement(study, rule) : undefined;
  if (disagreement === undefined) return undefined;
  return { verdict: "INCONCLUSIVE", because: `${disagreement.message} Judge by the evaluation loss.` };
}

function thresholdVerdict(threshold: RankThreshold, degradations: readonly RankDegradation[]): ReasonedVerdict {
  const { bound, reason, testedRanks, inconclusiveRanks } = threshold;
  if (testedRanks.length === 0) return { verdict: "NOT_TESTED", because: reason };
  if (inconclusiveRanks.length > 0) {
    return { verdict: "INCONCLUSIVE", because: inconclusiveReason(threshold, degradations) };
  }
  if (bound !== "NONE") return { verdict: bound === "EXACT" ? "SUPPORTED" : "PARTIALLY_SUPPORTED", because: reason };
  const because = `No minimum rank was found up to r = ${testedRanks.at(-1)}. ${reason}`;
  return { verdict: verdictWithoutRank(testedRanks), because };
}

/** One failing rank does not show that no larger rank exists. */
function verdictWithoutRank(testedRanks: readonly number[]): HypothesisVerdict {
  return testedRanks.length === 1 ? "INCONCLUSIVE" : "REJECTED";
}

function inconclusiveReason(threshold: RankThreshold, degradations: readonly RankDegradation[]): string {
  const ranksByReason = new Map<string, number[]>();
  for (const { rank, state, because } of rankStates(degradations)) {
    if (state === "UNDECIDED") ranksByReason.set(because, [...(ranksByReason.get(because) ?? []), rank]);
  }
  const reasons = [...ranksByReason].map(([because, ranks]) => `${formatRanks(ranks)} is inconclusive (${because})`);
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
      ? " (point estimate)"
      : ` (${interval.confidence * 100} % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`;
  return [{ label: `degradation at r = ${rank}${bounds}`, value: percent, unit: "%" }];
}

function judgeByNotebook({ degradations }: StudyEvidence): Judgement {
  const { rank, reason, testedRanks } = notebookRankThreshold(degradations);
  const verdictOfTested = rank === null ? "REJECTED" : "SUPPORTED";
  return {
    verdict: testedRanks.length === 0 ? "NOT_TESTED" : verdictOfTested,
    because: reason,
    certainty: testedRanks.length === 0 ? null : "POINT_ESTIMATE",
    evidence: [{ label: "minimum viable rank", value: rank, unit: "rank" }],
  };
}
