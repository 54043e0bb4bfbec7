/** The enums of the schema. Values are what the rest of the code calls them; names are what queries write. */

export const MetricName = {
  TRAINING_LOSS: "training_loss",
  EVAL_LOSS: "eval_loss",
  PEAK_MEMORY_MB: "peak_memory_mb",
  MEAN_MEMORY_MB: "mean_memory_mb",
  TIME_PER_STEP_SECONDS: "time_per_step_seconds",
  TRAINING_TIME_SECONDS: "training_time_seconds",
} as const;
export type MetricName = (typeof MetricName)[keyof typeof MetricName];

/** Whether s in dW = s B A counts. */
export const Scaling = { ADAPTER: "ADAPTER", NONE: "NONE" } as const;
export type Scaling = keyof typeof Scaling;

export const Method = { LORA: "LORA", QLORA: "QLORA", DORA: "DORA", QDORA: "QDORA", UNKNOWN: "UNKNOWN" } as const;

export const AcceptanceVerdict = {
  ACCEPTABLE: "ACCEPTABLE",
  UNACCEPTABLE: "UNACCEPTABLE",
  INCONCLUSIVE: "INCONCLUSIVE",
} as const;

/** Which value of a metric stands for a run. */
export const MetricPoint = { RECORDED: "RECORDED", BEST: "BEST", LAST: "LAST", STEP: "STEP" } as const;
export type MetricPoint = keyof typeof MetricPoint;

/** By whose rules a study is judged. */
export const RuleSet = { RANKSCOPE: "RANKSCOPE", NOTEBOOK: "NOTEBOOK" } as const;
export type RuleSet = keyof typeof RuleSet;

export const IntervalChoice = {
  T: "T",
  BOOTSTRAP_PERCENTILE: "BOOTSTRAP_PERCENTILE",
  BOOTSTRAP_BCA: "BOOTSTRAP_BCA",
} as const;
export type IntervalChoice = keyof typeof IntervalChoice;

export const IntervalMethod = {
  WELCH_T: "WELCH_T",
  PAIRED_T: "PAIRED_T",
  BOOTSTRAP_PERCENTILE: "BOOTSTRAP_PERCENTILE",
  BOOTSTRAP_BCA: "BOOTSTRAP_BCA",
  PAIRED_BOOTSTRAP_PERCENTILE: "PAIRED_BOOTSTRAP_PERCENTILE",
  PAIRED_BOOTSTRAP_BCA: "PAIRED_BOOTSTRAP_BCA",
} as const;

export const TrendModel = { LINEAR_IN_RANK: "LINEAR_IN_RANK", LINEAR_IN_LOG2_RANK: "LINEAR_IN_LOG2_RANK" } as const;

export const RankBound = { AT_MOST: "AT_MOST", EXACT: "EXACT", NONE: "NONE" } as const;

export const UndefinedReason = {
  WEIGHTS_MISSING: "WEIGHTS_MISSING",
  SHAPES_DIFFER: "SHAPES_DIFFER",
  NOT_FINITE: "NOT_FINITE",
  ZERO_UPDATE: "ZERO_UPDATE",
  UNREADABLE: "UNREADABLE",
  COMPUTE_FAILED: "COMPUTE_FAILED",
  PENDING: "PENDING",
} as const;

export const HypothesisVerdict = {
  SUPPORTED: "SUPPORTED",
  PARTIALLY_SUPPORTED: "PARTIALLY_SUPPORTED",
  REJECTED: "REJECTED",
  INCONCLUSIVE: "INCONCLUSIVE",
  NOT_TESTED: "NOT_TESTED",
} as const;

export const Severity = { LOW: "LOW", MEDIUM: "MEDIUM", HIGH: "HIGH" } as const;

export const ConfoundKind = {
  INDEPENDENT_INITIALISATION: "INDEPENDENT_INITIALISATION",
  WEIGHTS_MISSING: "WEIGHTS_MISSING",
  WEIGHTS_PENDING: "WEIGHTS_PENDING",
  LAYERS_LEFT_OUT: "LAYERS_LEFT_OUT",
  SINGLE_SEED: "SINGLE_SEED",
  UNEQUAL_STEPS: "UNEQUAL_STEPS",
  UNEQUAL_SAMPLES: "UNEQUAL_SAMPLES",
  UNEQUAL_LEARNING_RATE: "UNEQUAL_LEARNING_RATE",
  UNEQUAL_SCALING: "UNEQUAL_SCALING",
  UNEQUAL_RANKS: "UNEQUAL_RANKS",
  DIFFERENT_TARGETS: "DIFFERENT_TARGETS",
  DIFFERENT_BASE_MODEL: "DIFFERENT_BASE_MODEL",
  DIFFERENT_REVISION: "DIFFERENT_REVISION",
  DORA_DIRECTION_ONLY: "DORA_DIRECTION_ONLY",
  UNCOMPARED_TENSORS: "UNCOMPARED_TENSORS",
  BASE_WEIGHTS_CHANGED: "BASE_WEIGHTS_CHANGED",
  NOISE_FLOOR: "NOISE_FLOOR",
  MIXED_CONFIGURATIONS: "MIXED_CONFIGURATIONS",
  RANK_AND_STEP_SCALE: "RANK_AND_STEP_SCALE",
  LOSSES_DISAGREE: "LOSSES_DISAGREE",
} as const;

export const FailureKind = {
  INSUFFICIENT_RANK: "INSUFFICIENT_RANK",
  NON_MONOTONIC_RANK: "NON_MONOTONIC_RANK",
  WEIGHT_DIVERGENCE: "WEIGHT_DIVERGENCE",
  INDEPENDENT_INITIALISATION: "INDEPENDENT_INITIALISATION",
  OVERFITTING: "OVERFITTING",
  LOSS_SPIKE: "LOSS_SPIKE",
  GRADIENT_SPIKE: "GRADIENT_SPIKE",
  NON_FINITE: "NON_FINITE",
  RANK_COLLAPSE: "RANK_COLLAPSE",
  DEAD_LAYERS: "DEAD_LAYERS",
  SLOW_DOWN: "SLOW_DOWN",
  LOW_MEMORY_SAVING: "LOW_MEMORY_SAVING",
  MISSING_WEIGHTS: "MISSING_WEIGHTS",
  INCOMPLETE_SWEEP: "INCOMPLETE_SWEEP",
  WEIGHTS_PENDING: "WEIGHTS_PENDING",
} as const;

export const JobStatus = {
  QUEUED: "QUEUED",
  RUNNING: "RUNNING",
  SUCCEEDED: "SUCCEEDED",
  FAILED: "FAILED",
  CANCELLED: "CANCELLED",
} as const;

export const LayerOrder = {
  COSINE_ASC: "COSINE_ASC",
  COSINE_DESC: "COSINE_DESC",
  L2_DESC: "L2_DESC",
  RELATIVE_DIFFERENCE_DESC: "RELATIVE_DIFFERENCE_DESC",
  MODEL_ORDER: "MODEL_ORDER",
} as const;
export type LayerOrder = keyof typeof LayerOrder;

export const SimilarityMeasure = {
  COSINE: "COSINE",
  L2: "L2",
  RELATIVE_DIFFERENCE: "RELATIVE_DIFFERENCE",
  INITIAL_COSINE: "INITIAL_COSINE",
} as const;
export type SimilarityMeasure = keyof typeof SimilarityMeasure;

export const FindingSeverity = { INFO: "info", WARNING: "warning", ERROR: "error" } as const;
