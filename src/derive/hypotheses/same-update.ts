import type { VerdictCertainty } from "../../model/enums/statistics.js";
import type { CompleteMean } from "../statistics/complete-mean.js";
import type { SeedRelation } from "../behaviour/rank-behaviour.js";
import { countOf } from "../../model/count-of.js";
import { floorName, undecidableRanks, validFloors } from "../similarity/noise-floor.js";
import { comparableRanks, type ComparableRank } from "../similarity/rank-similarity.js";
import type { Evidence, HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";
import { spreadText } from "../similarity/pair-statistics.js";
import { formatRanks } from "../wording.js";
import {
  pendingVerdict,
  type HypothesisDefinition,
  type Judgement,
  type PendingComparison,
  type ReasonedVerdict,
} from "./hypothesis.js";
import { notebookSimilarity } from "./notebook-similarity.js";

/** H1: baseline and candidate train the same update, at every rank whose comparison is valid. */
export const sameUpdate = {
  id: "H1",
  basis: "WEIGHTS",
  statement: ({ similarityThreshold }) =>
    `The baseline and candidate adapters are the same update: mean cosine similarity above ${similarityThreshold}.`,
  judge,
  judgeByNotebook,
} as const satisfies HypothesisDefinition;

function judge(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const cosines = comparableRanks(study.similarities);
  const pending = pendingVerdict([...study.similarities, ...pendingSeedFloors(study)]);
  const { verdict, because } = pending ?? verdictByRank(study, cosines, similarityThreshold);
  return {
    verdict,
    because: [because, ...incomparableRanks(study), ...partialRanks(cosines), ...predictionSentences(study)].join(" "),
    certainty: certaintyOf(cosines),
    evidence: [...cosineEvidence(study), ...noiseFloorEvidence(study), ...predictionEvidence(study)],
  };
}

function certaintyOf(cosines: readonly ComparableRank<NamedLayer>[]): VerdictCertainty | null {
  if (cosines.length === 0) return null;
  return cosines.every(({ overPairs }) => overPairs.interval !== null) ? "INTERVAL" : "POINT_ESTIMATE";
}

function verdictByRank(
  study: StudyEvidence,
  cosines: readonly ComparableRank<NamedLayer>[],
  threshold: number,
): ReasonedVerdict {
  if (cosines.length === 0) return noComparableRank(study);
  const undecidable = undecidableRanks(study.noiseFloors, threshold);
  const open = cosines.filter(
    ({ overPairs: { interval } }) => interval !== null && interval.low <= threshold && interval.high > threshold,
  );
  const decided = cosines.filter((cosine) => !open.includes(cosine));
  const above = decided.filter(({ mean }) => mean > threshold).map(({ rank }) => rank);
  const below = decided
    .filter(({ mean, rank }) => mean <= threshold && !undecidable.includes(rank))
    .map(({ rank }) => rank);
  if (above.length === 0 && below.length === 0) {
    const openRanks = open.map(({ rank }) => rank);
    const because =
      open.length > 0
        ? `The interval of the mean cosine over pairs of seeds contains ${threshold} at ${formatRanks(openRanks)}.`
        : `Two runs of one configuration have a mean cosine of at most ${threshold} too at ${formatRanks(undecidable)}.`;
    return { verdict: "INCONCLUSIVE", because };
  }
  if (below.length === 0 && open.length === 0) {
    return {
      verdict: "SUPPORTED",
      because: `Mean cosine is above ${threshold} at every comparable rank (${above.join(", ")}).`,
    };
  }
  if (above.length === 0 && open.length === 0) {
    return {
      verdict: "REJECTED",
      because: `Mean cosine is at most ${threshold} at every comparable rank (${below.join(", ")}).`,
    };
  }
  // Open ranks support nothing: without a rank above the threshold, only more seeds decide.
  const verdict = above.length === 0 ? "INCONCLUSIVE" : "PARTIALLY_SUPPORTED";
  return { verdict, because: mixedReason({ above, below, open }, threshold) };
}

interface RanksByState {
  readonly above: readonly number[];
  readonly below: readonly number[];
  readonly open: readonly ComparableRank<NamedLayer>[];
}

function mixedReason({ above, below, open }: RanksByState, threshold: number): string {
  const states = [
    ...(above.length > 0 ? [`above ${threshold} at ${formatRanks(above)}`] : []),
    ...(below.length > 0 ? [`at most ${threshold} at ${formatRanks(below)}`] : []),
    ...(open.length > 0 ? [`not decided by its interval at ${formatRanks(open.map(({ rank }) => rank))}`] : []),
  ];
  return `Mean cosine is ${states.join(", but ")}.`;
}

function noComparableRank({ similarities }: StudyEvidence): ReasonedVerdict {
  if (similarities.some(({ identical }) => identical)) {
    return { verdict: "INCONCLUSIVE", because: "The compared adapters are the same weights under two names." };
  }
  return {
    verdict: "NOT_TESTED",
    because: "No rank has comparable weights for both the baseline and the candidate.",
  };
}

/** Returns the noise floors of other seeds, without which a rank may be undecidable. */
function pendingSeedFloors({ noiseFloors }: StudyEvidence): PendingComparison[] {
  return noiseFloors
    .filter(({ kind }) => kind === "OTHER_SEED")
    .map(({ rank, summary }) => ({ rank, pendingJobs: summary.pendingJobs }));
}

/** Returns a sentence for each rank with a cosine whose comparison is confounded. */
function incomparableRanks({ similarities }: StudyEvidence): string[] {
  const differentStart = similarities
    .filter(({ sharedStart, mean }) => sharedStart === false && mean !== null)
    .map(
      ({ rank, mean, initialCosine }) =>
        `r = ${rank} (mean ${mean?.toFixed(4)}) is not comparable: its runs started from different A ` +
        `(cosine ${initialCosine?.toFixed(2)}).`,
    );
  const copies = similarities
    .filter(({ identical }) => identical)
    .map(({ rank }) => `r = ${rank} is no evidence: baseline and candidate have equal weights.`);
  return [...differentStart, ...copies];
}

/** Returns a sentence for each rank at which fewer pairs of seeds count than there are. */
function partialRanks(cosines: readonly ComparableRank<NamedLayer>[]): string[] {
  return cosines.flatMap(({ rank, overPairs: { reason } }) => (reason === null ? [] : [`At r = ${rank}: ${reason}`]));
}

function cosineEvidence({ similarities }: StudyEvidence): Evidence[] {
  return similarities
    .filter(({ mean }) => mean !== null)
    .flatMap(({ rank, mean, initialCosine, overPairs }): Evidence[] => [
      { label: `mean cosine similarity at r = ${rank}${spreadText(overPairs)}`, value: mean, unit: "cosine" },
      { label: `mean cosine of A at r = ${rank}`, value: initialCosine, unit: "cosine" },
    ]);
}

function noiseFloorEvidence({ noiseFloors }: StudyEvidence): Evidence[] {
  return validFloors(noiseFloors)
    .filter(({ summary }) => summary.mean !== null)
    .map((floor) => ({ label: `noise floor: ${floorName(floor)}`, value: floor.summary.mean, unit: "cosine" }));
}

/** Returns what the weights' difference does to predictions, beside what another seed does. It describes, and decides nothing. */
function predictionEvidence({ predictions }: StudyEvidence): Evidence[] {
  return (predictions?.ranks ?? []).flatMap(({ rank, klDivergence, seedKlDivergence }) => [
    ...divergenceEvidence(`KL divergence of baseline and candidate at r = ${rank}`, klDivergence),
    ...divergenceEvidence(`noise floor: KL divergence of two seeds of the baseline at r = ${rank}`, seedKlDivergence),
  ]);
}

function divergenceEvidence(label: string, mean: CompleteMean | null): Evidence[] {
  if (mean === null) return [];
  const spread =
    mean.interval === null
      ? "point estimate"
      : `${mean.interval.confidence * 100} % interval ${mean.interval.low.toPrecision(3)} to ${mean.interval.high.toPrecision(3)}`;
  return [{ label: `${label} (${countOf(mean.n, "pair")}, ${spread})`, value: mean.mean, unit: "nats per token" }];
}

/** Names of the relations in a sentence. */
const RELATIONS = {
  BELOW: "below it",
  NOT_BELOW: "not below it",
  BELOW_BY_POINTS: "below it by point estimates",
  NOT_BELOW_BY_POINTS: "not below it by point estimates",
  OPEN: "not told apart from it, since the intervals overlap,",
} as const satisfies Record<SeedRelation, string>;

/** Returns a sentence that compares the candidate's predictions with those of another seed, all ranks together. */
function predictionSentences({ predictions }: StudyEvidence): string[] {
  if (predictions === undefined) return [];
  const states = (Object.keys(RELATIONS) as SeedRelation[]).flatMap((relation) => {
    const ranks = predictions.ranks.filter((one) => one.relation === relation).map(({ rank }) => rank);
    return ranks.length === 0 ? [] : [`${RELATIONS[relation]} at ${formatRanks(ranks)}`];
  });
  if (states.length === 0) return [];
  return [
    `Predictions ${predictions.source}: beside the KL divergence of two seeds of the baseline, that of baseline and candidate is ` +
      `${states.join(", and ")}.`,
  ];
}

function judgeByNotebook(study: StudyEvidence, { similarityThreshold }: HypothesisRule): Judgement {
  const similarity = notebookSimilarity(study);
  if (similarity === undefined) {
    return {
      verdict: "NOT_TESTED",
      because: "By the notebook's rules, there are no weights to compare.",
      certainty: null,
      evidence: [],
    };
  }
  const { rank, mean, layers } = similarity;
  const isMet = mean >= similarityThreshold;
  const subject = `mean cosine similarity of layers ${layers} at r = ${rank}`;
  return {
    verdict: isMet ? "SUPPORTED" : "REJECTED",
    because:
      `By the notebook's rules, the ${subject} is ${mean.toFixed(4)}. ` +
      `The threshold (${similarityThreshold}) is ${isMet ? "met" : "not met"}.`,
    certainty: "POINT_ESTIMATE",
    evidence: [{ label: subject, value: mean, unit: "cosine" }],
  };
}
