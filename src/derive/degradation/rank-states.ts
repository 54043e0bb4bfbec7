import type { RankDegradation } from "./degradation.js";

/** The state of a tested rank, given the other ranks of its study. */
export interface RankState extends RankDegradation {
  readonly state: "ACCEPTABLE" | "UNACCEPTABLE" | "UNDECIDED";
  /** Why the rank has this state, for use in parentheses. */
  readonly because: string;
}

/**
 * Returns the state of every tested rank. A point estimate decides only if no rank of the study has an interval: a rank with
 * fewer runs must not have a firmer verdict. Ranks without a judgement are left out.
 */
export function rankStates(ranks: readonly RankDegradation[]): RankState[] {
  const tested = ranks.filter(({ degradation }) => degradation.acceptable !== null);
  const hasIntervals = tested.some(({ degradation }) => degradation.certainty === "INTERVAL");
  return tested.map((entry) => ({ ...entry, ...stateOf(entry, hasIntervals) }));
}

function stateOf({ degradation }: RankDegradation, hasIntervals: boolean): Pick<RankState, "state" | "because"> {
  const { verdict, certainty, percent, baselineDiverged, candidateDiverged, interval } = degradation;
  const hasDiverged = baselineDiverged + candidateDiverged > 0;
  if (percent === null) return { state: "UNACCEPTABLE", because: "every run of the candidate diverged" };
  if (verdict === "INCONCLUSIVE") {
    if (hasDiverged) return { state: "UNDECIDED", because: "some of its runs diverged" };
    const because = interval === null ? "its interval is unbounded" : "its interval contains the threshold";
    return { state: "UNDECIDED", because };
  }
  if (certainty === "POINT_ESTIMATE" && hasIntervals) {
    return { state: "UNDECIDED", because: "it has a point estimate only, and other ranks have intervals" };
  }
  if (verdict === "ACCEPTABLE") return { state: "ACCEPTABLE", because: "it is below the threshold" };
  const because =
    percent < 0 ? "it improves by the threshold or more, and the rule is two-sided" : "it is not below the threshold";
  return { state: "UNACCEPTABLE", because };
}
