import type { StudyPredictions } from "./behaviour/study-predictions.js";
import type { RankDegradation } from "./degradation/degradation.js";
import type { AcceptanceRule } from "./degradation/degradation-input.js";
import type { ComparisonRoles, Run } from "./runs/comparison-roles.js";
import type { RunSettings } from "./runs/run-settings.js";
import type { NoiseFloor } from "./similarity/noise-floor.js";
import type { StudySensitivity } from "./sensitivity/study-sensitivity.js";
import type { RankSimilarity } from "./similarity/rank-similarity.js";

/** The facts of a study that hypotheses and confounds are judged by. */
export interface StudyEvidence<Layer extends NamedLayer = NamedLayer> {
  readonly runs: readonly Run[];
  /** Undefined if the study has no two configurations to compare. */
  readonly roles: ComparisonRoles | undefined;
  /** In ascending order of rank. */
  readonly degradations: readonly RankDegradation[];
  /** In ascending order of rank. */
  readonly similarities: readonly RankSimilarity<Layer>[];
  readonly noiseFloors: readonly NoiseFloor[];
  /** Sensitivities of the layers. Undefined where they were not looked up. */
  readonly sensitivity?: StudySensitivity | undefined;
  /** Divergences of predictions. Undefined where none is stored, or where they were not looked up. */
  readonly predictions?: StudyPredictions | undefined;
  /** Keyed by the run's id. */
  readonly settings: ReadonlyMap<string, RunSettings>;
}

export interface NamedLayer {
  readonly name: string;
  /** Block number. Null if the path has none. */
  readonly index?: number | null | undefined;
}

/** The thresholds that a study is judged by. */
export interface HypothesisRule extends AcceptanceRule {
  /** Two updates are equivalent above this mean cosine. */
  readonly similarityThreshold: number;
  /** Minimum ratio of the largest to the median sensitivity at which layers differ in sensitivity. */
  readonly sensitivityRatio?: number | undefined;
  /** Unused since the span of cosines no longer decides H2. Requests may still set it. */
  readonly sensitivitySpread: number;
}

/** A number that a verdict rests on. */
export interface Evidence {
  readonly label: string;
  readonly value: number | null;
  /** `cosine`, `%`, `rank`, ... */
  readonly unit: string;
}
