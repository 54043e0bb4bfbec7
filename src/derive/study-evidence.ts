import type { AcceptanceRule, Degradation } from "./degradation/degradation.js";
import type { NoiseFloor } from "./similarity/noise-floor.js";
import type { RankSimilarity } from "./similarity/rank-similarity.js";
import type { ComparisonRoles, Run } from "./runs/comparison-roles.js";
import type { RunSettings } from "./runs/run-settings.js";

/** What a study knows of itself: layers carry at least their name. */
export interface StudyEvidence<Layer extends NamedLayer = NamedLayer> {
  readonly runs: readonly Run[];
  /** Undefined where there are no two configurations to compare. */
  readonly roles: ComparisonRoles | undefined;
  readonly degradations: readonly { readonly rank: number; readonly degradation: Degradation }[];
  readonly similarities: readonly RankSimilarity<Layer>[];
  readonly noiseFloors: readonly NoiseFloor[];
  /** How runs were trained, by the run's id. */
  readonly settings: ReadonlyMap<string, RunSettings>;
}

export interface NamedLayer {
  readonly name: string;
  /** Block number; null where the path has none. */
  readonly index?: number | null | undefined;
}

/** RANKSCOPE judges by all that is known; NOTEBOOK by the rules of the notebook that this replaces, whatever they miss. */
export type RuleSet = "RANKSCOPE" | "NOTEBOOK";

/** By which rules a study is judged. */
export interface HypothesisRule extends AcceptanceRule {
  /** Two updates count as the same above this mean cosine. */
  readonly similarityThreshold: number;
  /** Layers count as differently sensitive when their cosines at one rank span at least this much. */
  readonly sensitivitySpread: number;
}

/** One number that a verdict rests on. */
export interface Evidence {
  readonly label: string;
  readonly value: number | null;
  /** `cosine`, `%`, `rank`, ... */
  readonly unit: string;
}
