import { resolveWait } from "../../analysis/request/analysis-context.js";
import { similarityAtRank } from "../../analysis/similarity/similarity-at-rank.js";
import type { StudyLayer, StudySimilarity } from "../../analysis/similarity/similarity-loader.js";
import type { PairStatistics } from "../../derive/similarity/pair-statistics.js";
import type { UndefinedReason } from "../../model/enums/similarity.js";
import { count, figure, shortened } from "../labels.js";
import type { PlotRequest } from "../plot-kind.js";
import { subjectLine, type Subject } from "./subject.js";

/** The two runs whose weights a plot of one rank compares. */
export interface ComparedRuns {
  readonly rank: number;
  /** Name of the baseline's run; null if it has none at this rank. */
  readonly baseline: string | null;
  /** Name of the candidate's run; null if it has none at this rank. */
  readonly candidate: string | null;
  /** Whether both runs started from the same A; null if that is unknown. */
  readonly sharedStart: boolean | null;
  readonly initialCosine: number | null;
  /** Number of pairs of seeds in the means. */
  readonly pairs: number;
  /** Why fewer pairs count than there are; null if all count. */
  readonly pairsReason: string | null;
  /** Number of pairs of seeds of which the plot shows the first alone; undefined for means over pairs. */
  readonly shownOf?: number;
}

/** A study without runs. Imports do not create one. */
export const NO_RUNS: ComparedRuns = {
  rank: 0,
  baseline: null,
  candidate: null,
  sharedStart: null,
  initialCosine: null,
  pairs: 0,
  pairsReason: null,
};

/** The spread of a cosine over the pairs of seeds. */
export type CosineSpread = Pick<PairStatistics, "pairs" | "standardDeviation" | "min" | "max">;

/** The similarity of the updates of one layer. */
export interface LayerCosine {
  readonly name: string;
  /** Block number; null if the layer has none. */
  readonly index: number | null;
  readonly module: string;
  /** Mean over the pairs of seeds. */
  readonly cosine: number | null;
  readonly spread: CosineSpread;
  readonly undefinedReason: UndefinedReason | null;
}

/** Reads, or computes, the similarity of the study's baseline and candidate at one rank. @throws ARGUMENT_INVALID */
export function readSimilarity({ context, study, options }: PlotRequest, rank: number): Promise<StudySimilarity> {
  const { scaling, baseline, candidate } = options;
  const waitMilliseconds = resolveWait(options.waitSeconds, context);
  return similarityAtRank(context, study, rank, { scaling, waitMilliseconds, roles: { baseline, candidate } });
}

/** Returns the names of the compared runs, and whether they started from the same A. */
export function comparedRuns(rank: number, { baseline, candidate, similarity }: StudySimilarity): ComparedRuns {
  return {
    rank,
    baseline: baseline?.name ?? null,
    candidate: candidate?.name ?? null,
    sharedStart: similarity.sharedStart,
    initialCosine: similarity.initialCosine,
    pairs: similarity.overPairs.pairs,
    pairsReason: similarity.overPairs.reason,
  };
}

/** Returns the similarity of one compared layer. */
export function layerCosine({ layer: { name, index, module }, cosine }: StudyLayer): LayerCosine {
  return { name, index, module, ...cosineFacts(cosine) };
}

/** Returns the mean cosine with its spread, or why most pairs have none. */
export function cosineFacts(cosine: PairStatistics): Pick<LayerCosine, "cosine" | "spread" | "undefinedReason"> {
  const { mean, pairs, standardDeviation, min, max, undefinedReason } = cosine;
  return { cosine: mean, spread: { pairs, standardDeviation, min, max }, undefinedReason };
}

/** Returns the lines under the title of a plot of two runs' weights: the study and the runs. */
export function comparedLines(subject: Subject, { baseline, candidate, pairs, shownOf = 1 }: ComparedRuns): string[] {
  if (baseline === null || candidate === null) return [subjectLine(subject)];
  const names = `${shortened(baseline, 40)} and ${shortened(candidate, 40)}`;
  if (shownOf > 1) return [subjectLine(subject), `the first of ${shownOf} pairs of seeds: ${names}`];
  return [subjectLine(subject), pairs > 1 ? `mean over ${pairs} pairs of seeds; first pair: ${names}` : names];
}

/** Returns notes on what limits a comparison: different starts, and layers without a similarity. */
export function comparedNotes(
  { sharedStart, initialCosine, pairsReason }: ComparedRuns,
  undefinedReasons: readonly (UndefinedReason | null)[],
): string[] {
  const counts = new Map<UndefinedReason, number>();
  for (const reason of undefinedReasons) {
    if (reason !== null) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const undefinedNotes = [...counts].map(([reason, n]) => `${count(n, "layer")} undefined: ${REASONS[reason]}.`);
  const pairNotes = pairsReason === null ? [] : [pairsReason];
  if (sharedStart !== false) return [...pairNotes, ...undefinedNotes];
  const mean = initialCosine === null ? "unknown" : figure(initialCosine);
  return [
    `The runs started from different A (mean cosine of A: ${mean}); low cosines are not evidence about quantization.`,
    ...pairNotes,
    ...undefinedNotes,
  ];
}

/** Returns why no weights can be compared, as a sentence. */
export function nothingCompared(
  { rank, baseline, candidate }: ComparedRuns,
  undefinedReasons: readonly (UndefinedReason | null)[],
): string {
  if (baseline === null || candidate === null) {
    const missing = baseline === null ? "baseline" : "candidate";
    return `Rank ${rank} has no two runs to compare: the ${missing} has none.`;
  }
  const reason = undefinedReasons.find((other) => other !== null);
  if (reason == null) return `Neither run adapts a layer at rank ${rank}.`;
  return `No layer can be compared at rank ${rank}: ${REASONS[reason]}.`;
}

/** Why a result is undefined, as the end of a sentence. */
export const REASONS: Readonly<Record<UndefinedReason, string>> = {
  WEIGHTS_MISSING: "one or both runs have no weights of it",
  SHAPES_DIFFER: "its shapes differ",
  NOT_FINITE: "a weight is not finite",
  ZERO_UPDATE: "an update is zero",
  UNREADABLE: "a weight file is missing or has changed",
  COMPUTE_FAILED: "its computation failed",
  PENDING: "it is being computed",
};
