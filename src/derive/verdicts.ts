import { metricConfounds, similarityConfounds, type Confound } from "./confounds.js";
import type { AcceptanceRule, Degradation } from "./degradation.js";
import { namedJobs } from "./named-jobs.js";
import { rankThreshold } from "./rank-threshold.js";
import type { RankSimilarity } from "./rank-similarity.js";
import type { Run } from "./roles.js";
import { spread } from "./similarity.js";

export type HypothesisVerdict = "SUPPORTED" | "PARTIALLY_SUPPORTED" | "REJECTED" | "INCONCLUSIVE" | "NOT_TESTED";

/** One of a study's three hypotheses, judged by its own facts. */
export interface Hypothesis {
  readonly id: "H1" | "H2" | "H3";
  readonly statement: string;
  readonly verdict: HypothesisVerdict;
  readonly because: string;
  readonly evidence: readonly Evidence[];
  readonly confounds: readonly Confound[];
}

export interface Evidence {
  readonly label: string;
  readonly value: number | null;
  readonly unit: string;
}

export interface HypothesisRule extends AcceptanceRule {
  /** Two updates count as the same above this mean cosine. */
  readonly similarityThreshold: number;
  /** Layers count as differently sensitive when their cosines at one rank span at least this much. */
  readonly sensitivitySpread: number;
}

/** What a study knows of itself: layers carry at least their name. */
export interface StudyEvidence<Layer extends { readonly name: string } = { readonly name: string }> {
  readonly runs: readonly Run[];
  readonly degradations: readonly { rank: number; degradation: Degradation }[];
  readonly similarities: readonly RankSimilarity<Layer>[];
}

/** Judges the three hypotheses. */
export function hypotheses(study: StudyEvidence, rule: HypothesisRule): Hypothesis[] {
  return [sameUpdate(study, rule), sensitiveLayers(study, rule), minimumRank(study, rule)];
}

/** Ranks whose comparison is fair: some layers compared, and not known to have started from different A. */
function fairRanks<Layer>(
  similarities: readonly RankSimilarity<Layer>[],
): (RankSimilarity<Layer> & { mean: number })[] {
  return similarities.filter(
    (similarity): similarity is RankSimilarity<Layer> & { mean: number } =>
      similarity.mean !== null && similarity.sharedStart !== false,
  );
}

/**
 * What is said while weights are still being compared, of all ranks: a verdict over those that are there could be another
 * one a moment later. Undefined where nothing is pending.
 */
function undecided(similarities: readonly RankSimilarity<unknown>[]): [HypothesisVerdict, string] | undefined {
  const pending = similarities.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length === 0) return undefined;
  const ranks = pending.map(({ rank }) => rank).join(", ");
  return ["INCONCLUSIVE", `the weights at r = ${ranks} are still being compared (${namedJobs(pending)})`];
}

function sameUpdate({ similarities }: StudyEvidence, { similarityThreshold }: HypothesisRule): Hypothesis {
  const fair = fairRanks(similarities);
  const above = fair.filter(({ mean }) => mean > similarityThreshold).map(({ rank }) => rank);
  const below = fair.filter(({ mean }) => mean <= similarityThreshold).map(({ rank }) => rank);
  const list = (ranks: readonly number[]) => `r = ${ranks.join(", ")}`;
  const [verdict, because]: [HypothesisVerdict, string] =
    undecided(similarities) ??
    (fair.length === 0
      ? ["NOT_TESTED", "no rank has comparable weights of both a baseline and a candidate"]
      : below.length === 0
        ? ["SUPPORTED", `the mean cosine exceeds ${similarityThreshold} at every comparable rank (${list(above)})`]
        : above.length === 0
          ? [
              "REJECTED",
              `the mean cosine does not exceed ${similarityThreshold} at any comparable rank (${list(below)})`,
            ]
          : [
              "PARTIALLY_SUPPORTED",
              `the mean cosine exceeds ${similarityThreshold} at ${list(above)} but not at ${list(below)}`,
            ]);
  return {
    id: "H1",
    statement: `The baseline's and the candidate's adapters are the same update: mean cosine similarity above ${similarityThreshold}.`,
    verdict,
    because,
    evidence: similarities
      .filter(({ mean }) => mean !== null)
      .map(({ rank, mean }) => ({ label: `mean cosine similarity at r = ${rank}`, value: mean, unit: "cosine" })),
    confounds: similarityConfounds(similarities),
  };
}

function sensitiveLayers({ similarities }: StudyEvidence, { sensitivitySpread }: HypothesisRule): Hypothesis {
  const spans = fairRanks(similarities).map(({ rank, layers }) => {
    const cosines = spread(layers.map(({ similarity }) => similarity.cosineSimilarity));
    const lowest = layers.find(({ similarity }) => similarity.cosineSimilarity === cosines?.min);
    return { rank, span: (cosines?.max ?? 0) - (cosines?.min ?? 0), n: cosines?.n ?? 0, layer: lowest?.layer.name };
  });
  const tested = spans.filter(({ n }) => n > 1);
  const wide = tested.filter(({ span }) => span >= sensitivitySpread);
  const [verdict, because]: [HypothesisVerdict, string] =
    undecided(similarities) ??
    (tested.length === 0
      ? ["NOT_TESTED", "no rank has comparable weights of two layers or more"]
      : wide.length === tested.length
        ? ["SUPPORTED", `the layers' cosines span ${sensitivitySpread} or more at every comparable rank`]
        : wide.length === 0
          ? [
              "REJECTED",
              `the layers' cosines span less than ${sensitivitySpread} at every comparable rank: all suffer alike`,
            ]
          : [
              "PARTIALLY_SUPPORTED",
              `the layers' cosines span ${sensitivitySpread} or more at r = ${wide.map(({ rank }) => rank).join(", ")} only`,
            ]);
  return {
    id: "H2",
    statement: `Some layers are more sensitive to quantization than others: their cosines span ${sensitivitySpread} or more.`,
    verdict,
    because,
    evidence: tested.map(({ rank, span, layer }) => ({
      label: `span of the layers' cosines at r = ${rank}; most sensitive is ${layer}`,
      value: span,
      unit: "cosine",
    })),
    confounds: similarityConfounds(similarities),
  };
}

function minimumRank({ runs, degradations }: StudyEvidence, { metric, thresholdPercent }: HypothesisRule): Hypothesis {
  const threshold = rankThreshold(degradations);
  const unclear = degradations.filter(
    ({ degradation }) => degradation.acceptable !== null && degradation.verdict === "INCONCLUSIVE",
  );
  const verdict: HypothesisVerdict =
    threshold.testedRanks.length === 0
      ? "NOT_TESTED"
      : unclear.length > 0
        ? "INCONCLUSIVE"
        : ({ EXACT: "SUPPORTED", AT_MOST: "PARTIALLY_SUPPORTED", NONE: "REJECTED" } as const)[threshold.bound];
  return {
    id: "H3",
    statement: `There is a minimum rank from which ${metric} degrades by less than ${thresholdPercent} %.`,
    verdict,
    because:
      unclear.length > 0
        ? `the interval over seeds straddles the threshold at r = ${unclear.map(({ rank }) => rank).join(", ")}`
        : threshold.reason,
    evidence: [
      { label: `minimum viable rank (${threshold.bound})`, value: threshold.rank, unit: "rank" },
      ...degradations
        .filter(({ degradation }) => degradation.percent !== null)
        .map(({ rank, degradation }) => ({
          label: `degradation at r = ${rank}`,
          value: degradation.percent,
          unit: "%",
        })),
    ],
    confounds: metricConfounds(runs),
  };
}
