import type { Severity } from "../confounds/confound.js";
import type { LoggedCurve } from "../runs/metric-choice.js";
import { runsAt, type Run } from "../runs/comparison-roles.js";
import type { Spectrum } from "../spectra/spectrum.js";
import type { Evidence, NamedLayer, StudyEvidence } from "../study-evidence.js";

/** Something that went wrong in a study, in the notebook's table: symptom, cause, mitigation. */
export interface FailureMode {
  readonly kind: FailureKind;
  readonly symptom: string;
  readonly cause: string;
  readonly mitigation: string;
  readonly severity: Severity;
  readonly evidence: readonly Evidence[];
  readonly experiments: readonly Run[];
}

export type FailureKind =
  | "INSUFFICIENT_RANK"
  | "NON_MONOTONIC_RANK"
  | "WEIGHT_DIVERGENCE"
  | "INDEPENDENT_INITIALISATION"
  | "OVERFITTING"
  | "LOSS_SPIKE"
  | "GRADIENT_SPIKE"
  | "NON_FINITE"
  | "RANK_COLLAPSE"
  | "DEAD_LAYERS"
  | "SLOW_DOWN"
  | "LOW_MEMORY_SAVING"
  | "MISSING_WEIGHTS"
  | "INCOMPLETE_SWEEP"
  | "WEIGHTS_PENDING";

/** What failure modes are found in. */
export interface FailureEvidence<Layer extends NamedLayer = NamedLayer> extends StudyEvidence<Layer> {
  /** The logged curves of each run that has some: by the run's id, by name. */
  readonly curves: ReadonlyMap<string, ReadonlyMap<string, LoggedCurve>>;
  /** The spectra of the compared runs that have weights. */
  readonly spectra: readonly RunSpectra[];
}

/** The updates at a run's end. */
export interface RunSpectra {
  readonly run: Run;
  readonly layers: readonly { readonly layer: NamedLayer; readonly spectrum: Spectrum }[];
  readonly pendingJobs: readonly string[];
}

export const formatRanks = (ranks: readonly number[]) => `r = ${ranks.join(", ")}`;

/** All runs of the two compared configurations at `ranks`. */
export function comparedRuns({ runs, roles }: StudyEvidence, ranks: readonly number[]): Run[] {
  if (roles === undefined) return [];
  return ranks.flatMap((rank) => [...runsAt(runs, roles.baseline, rank), ...runsAt(runs, roles.candidate, rank)]);
}
