import { namedJobs } from "./named-jobs.js";
import type { RankSimilarity } from "./rank-similarity.js";
import { inferRoles, ranksOf, runsAt, type Run } from "./roles.js";

/** What makes a comparison unfair. */
export interface Confound {
  readonly kind: ConfoundKind;
  readonly severity: Severity;
  readonly message: string;
  /** The ranks concerned, ascending. */
  readonly ranks: readonly number[];
}

export type ConfoundKind =
  | "INDEPENDENT_INITIALISATION"
  | "WEIGHTS_MISSING"
  | "WEIGHTS_PENDING"
  | "LAYERS_LEFT_OUT"
  | "SINGLE_SEED"
  | "UNEQUAL_STEPS"
  | "UNEQUAL_SAMPLES"
  | "UNEQUAL_LEARNING_RATE"
  | "UNEQUAL_SCALING"
  | "UNEQUAL_RANKS"
  | "DIFFERENT_TARGETS"
  | "DIFFERENT_BASE_MODEL"
  | "DIFFERENT_REVISION"
  | "DORA_DIRECTION_ONLY"
  | "UNCOMPARED_TENSORS";
export type Severity = "LOW" | "MEDIUM" | "HIGH";

/** What makes the weight comparison unfair, or leaves part of it out. */
export function similarityConfounds(similarities: readonly RankSimilarity<unknown>[]): Confound[] {
  const confounds: Confound[] = [];
  const independent = similarities.filter(({ sharedStart }) => sharedStart === false);
  if (independent.length > 0) {
    const starts = independent.map(({ rank, initialCosine }) => `r = ${rank}: ${initialCosine?.toFixed(2)}`).join(", ");
    confounds.push({
      kind: "INDEPENDENT_INITIALISATION",
      severity: "HIGH",
      message:
        `The runs started from different A (mean cosine of A at ${starts}): ` +
        "their updates differ for that reason alone, so these ranks say nothing about quantization.",
      ranks: independent.map(({ rank }) => rank),
    });
  }
  const pending = similarities.filter(({ pendingJobs }) => pendingJobs.length > 0);
  if (pending.length > 0) {
    const ranks = pending.map(({ rank }) => rank);
    confounds.push({
      kind: "WEIGHTS_PENDING",
      severity: "LOW",
      message: `The weights at r = ${ranks.join(", ")} are still being compared (${namedJobs(pending)}).`,
      ranks,
    });
  }
  const partial = similarities.filter(({ leftOutLayers, comparedLayers }) => leftOutLayers > 0 && comparedLayers > 0);
  if (partial.length > 0) {
    const counts = partial.map(({ rank, leftOutLayers }) => `${leftOutLayers} at r = ${rank}`).join(", ");
    confounds.push({
      kind: "LAYERS_LEFT_OUT",
      severity: "MEDIUM",
      message: `Layers that could not be compared are left out of the means (${counts}): see their reasons.`,
      ranks: partial.map(({ rank }) => rank),
    });
  }
  const missing = similarities
    .filter(({ comparedLayers, pendingJobs }) => comparedLayers === 0 && pendingJobs.length === 0)
    .map(({ rank }) => rank);
  if (missing.length > 0) {
    confounds.push({
      kind: "WEIGHTS_MISSING",
      severity: "MEDIUM",
      message: `No layer could be compared at r = ${missing.join(", ")}: the weights of one or both runs are not there.`,
      ranks: missing,
    });
  }
  return confounds;
}

/** What makes the comparison of metrics unfair. */
export function metricConfounds(runs: readonly Run[]): Confound[] {
  const roles = inferRoles(runs);
  if (roles === undefined) return [];
  const perRank = ranksOf(runs).map((rank) => ({
    rank,
    baseline: runsAt(runs, roles.baseline, rank),
    candidate: runsAt(runs, roles.candidate, rank),
  }));
  const both = perRank.filter(({ baseline, candidate }) => baseline.length > 0 && candidate.length > 0);
  const confounds: Confound[] = [];

  const single = both.filter(({ baseline, candidate }) => baseline.length < 2 || candidate.length < 2);
  if (single.length > 0) {
    confounds.push({
      kind: "SINGLE_SEED",
      severity: "MEDIUM",
      message: "One run a side: no interval can be given, and the difference between seeds is not known.",
      ranks: single.map(({ rank }) => rank),
    });
  }
  const steps = (sides: readonly Run[]) => new Set(sides.map((run) => run.steps).filter((count) => count !== null));
  const unequal = both.filter(({ baseline, candidate }) => steps([...baseline, ...candidate]).size > 1);
  if (unequal.length > 0) {
    confounds.push({
      kind: "UNEQUAL_STEPS",
      severity: "HIGH",
      message: "The two sides were trained for different numbers of steps.",
      ranks: unequal.map(({ rank }) => rank),
    });
  }
  return confounds;
}
