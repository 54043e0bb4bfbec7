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
} as const;

export const FailureKind = {
  INSUFFICIENT_RANK: "INSUFFICIENT_RANK",
  NON_MONOTONIC_RANK: "NON_MONOTONIC_RANK",
  WEIGHT_DIVERGENCE: "WEIGHT_DIVERGENCE",
  INDEPENDENT_INITIALISATION: "INDEPENDENT_INITIALISATION",
  SLOW_DOWN: "SLOW_DOWN",
  LOW_MEMORY_SAVING: "LOW_MEMORY_SAVING",
  MISSING_WEIGHTS: "MISSING_WEIGHTS",
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
