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
  | "UNCOMPARED_TENSORS"
  | "BASE_WEIGHTS_CHANGED"
  | "NOISE_FLOOR"
  | "MIXED_CONFIGURATIONS"
  | "RANK_AND_STEP_SCALE"
  | "LOSSES_DISAGREE";
export type Severity = "LOW" | "MEDIUM" | "HIGH";
