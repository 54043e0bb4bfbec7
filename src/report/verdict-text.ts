import { countOf } from "../model/count-of.js";

type Certainty = "POINT_ESTIMATE" | "INTERVAL" | null;

/** Returns a verdict with a note if it rests on single values: `ACCEPTABLE (point estimate)`. */
export function verdictText(verdict: string, certainty: Certainty): string {
  return certainty === "POINT_ESTIMATE" ? `${verdict} (point estimate)` : verdict;
}

interface MinimumViableRank {
  readonly rank: number | null;
  readonly bound: string;
  readonly certainty: Certainty;
  readonly leastAcceptableRank: number | null;
  readonly reason: string;
}

/** Returns r* with its bound and the reason: `Minimum viable rank: 8 (EXACT), a point estimate. r* = 8. ...` */
export function minimumRankText({ rank, bound, certainty, leastAcceptableRank, reason }: MinimumViableRank): string {
  const note = certainty === "POINT_ESTIMATE" ? ", a point estimate" : "";
  return (
    `Minimum viable rank: ${rank ?? "none"} (${bound})${note}. ${reason} ` +
    `Smallest acceptable rank: ${leastAcceptableRank ?? "none"}.`
  );
}

interface Recommendation {
  readonly experiment: { readonly name: string } | null;
  readonly configuration: {
    readonly configuration: string;
    readonly rank: number;
    readonly certainty: Certainty;
    readonly n: number;
  } | null;
  readonly because: string;
}

/** Returns the recommended configuration, its certainty and the reason: `4bit at r = 8 (95 % interval, 3 runs), such as ...` */
export function recommendationText({ experiment, configuration, because }: Recommendation): string {
  if (configuration === null) return `None: ${because}`;
  const { configuration: name, rank, certainty, n } = configuration;
  const runs = countOf(n, "run");
  const note = certainty === "INTERVAL" ? "95 % interval" : "point estimate";
  const example = experiment === null ? "" : `, such as ${experiment.name}`;
  return `${name} at r = ${rank} (${note}, ${runs})${example}: ${because}`;
}
