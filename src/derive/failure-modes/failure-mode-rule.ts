import type { Severity } from "../../model/enums/verdict.js";
import type { RankDegradation } from "../degradation/degradation.js";
import { runsAt, type Run } from "../runs/comparison-roles.js";
import type { Spectrum } from "../spectra/spectrum.js";
import type { Steps } from "../steps.js";
import type { Evidence, HypothesisRule, NamedLayer, StudyEvidence } from "../study-evidence.js";
import type { CurveFindings } from "./curve-findings.js";

/** A problem of a study, with symptom, cause and mitigation as in the table of the notebook. */
export interface DetectedFailure {
  readonly symptom: string;
  readonly cause: string;
  readonly mitigation: string;
  readonly severity: Severity;
  readonly evidence: readonly Evidence[];
  /** The affected runs. */
  readonly experiments: readonly Run[];
}

/** A kind of failure mode and how it is detected. Add one to the list in failure-modes.ts. */
export interface FailureModeRule {
  /** Value of FailureKind in the GraphQL schema. */
  readonly kind: string;
  /** Description of that value. */
  readonly description: string;
  /** Returns undefined if the study does not have it. In steps if it takes much longer than reading each run once. */
  detect(
    study: FailureEvidence,
    rule: HypothesisRule,
  ): DetectedFailure | undefined | Steps<DetectedFailure | undefined>;
  /** Detects by the rules of the notebook that Rankscope replaces, which has only some of the failure modes. */
  detectByNotebook?(study: FailureEvidence, rule: HypothesisRule): DetectedFailure | undefined;
}

/** The facts of a study that failure modes are detected in. */
export interface FailureEvidence<Layer extends NamedLayer = NamedLayer> extends StudyEvidence<Layer> {
  /** Findings in the logged curves, by the id of the run. */
  readonly curves: ReadonlyMap<string, CurveFindings>;
  /** The spectra of the compared runs that have weights. */
  readonly spectra: readonly RunSpectra[];
}

/** The spectra of a run's final checkpoint. */
export interface RunSpectra {
  readonly run: Run;
  readonly layers: readonly LayerSpectrum[];
  readonly pendingJobs: readonly string[];
}

export interface LayerSpectrum {
  readonly layer: NamedLayer;
  readonly spectrum: Spectrum;
}

/** Returns all runs of baseline and candidate at `ranks`. */
export function comparedRuns({ runs, roles }: StudyEvidence, ranks: readonly number[]): Run[] {
  if (roles === undefined) return [];
  return ranks.flatMap((rank) => [...runsAt(runs, roles.baseline, rank), ...runsAt(runs, roles.candidate, rank)]);
}

/** Returns the degradation at each rank as evidence. */
export function degradationEvidence(degradations: readonly RankDegradation[]): Evidence[] {
  return degradations.map(({ rank, degradation }) => ({
    label: `degradation at r = ${rank}`,
    value: degradation.percent,
    unit: "%",
  }));
}
