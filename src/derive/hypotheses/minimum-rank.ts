import type { HypothesisVerdict, Judgement } from "./hypothesis.js";
import { rankThreshold } from "../degradation/rank-threshold.js";
import type { Evidence, StudyEvidence } from "../study-evidence.js";

/** Judges H3: whether there is a minimum rank from which the metric degrades by less than the threshold. */
export function minimumRank({ degradations }: StudyEvidence): Judgement {
  const { rank, bound, reason, testedRanks, inconclusiveRanks, range } = rankThreshold(degradations);
  const verdict: HypothesisVerdict =
    testedRanks.length === 0
      ? "NOT_TESTED"
      : inconclusiveRanks.length > 0
        ? "INCONCLUSIVE"
        : ({ EXACT: "SUPPORTED", AT_MOST: "PARTIALLY_SUPPORTED", NONE: "REJECTED" } as const)[bound];
  const open =
    `the interval over seeds straddles the threshold at r = ${inconclusiveRanks.join(", ")}: ` +
    `r* is between ${range.least ?? "more than any tested rank"} and ${range.greatest ?? "more than any tested rank"}`;
  return {
    verdict,
    because: inconclusiveRanks.length > 0 ? open : reason,
    evidence: [
      { label: `minimum viable rank (${bound})`, value: rank, unit: "rank" },
      ...degradations.flatMap(({ rank: r, degradation: { percent, interval } }): Evidence[] => {
        if (percent === null) return [];
        const bounds =
          interval &&
          ` (${interval.confidence * 100} % interval ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})`;
        return [{ label: `degradation at r = ${r}${bounds ?? ""}`, value: percent, unit: "%" }];
      }),
    ],
  };
}
