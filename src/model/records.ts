/**
 * The result of an import: validated plain records, which `store` writes to the database.
 */

import type { MetricDirectionRecord } from "./metric-directions.js";
import type { ErrorCode } from "../errors.js";
import type { FindingSeverity } from "./enums/job.js";
import type { Method } from "./enums/run.js";
import type { EvaluationRecord } from "./evaluations.js";
import type { FactorTensors } from "./factor-tensors.js";
import type { PredictionSetRecord } from "./predictions.js";
import type { SettingRecord } from "./settings.js";

/** The content of an imported folder. */
export interface FolderRecord {
  /** Absolute. */
  readonly folder: string;
  /** One study per base model, the one with the most runs first. Empty if the files make up no run. */
  readonly studies: readonly StudyRecord[];
  readonly findings: readonly Finding[];
  /** Folders that have the files of a whole model, relative to `folder`. */
  readonly modelFolders: readonly string[];
  /** All values of the settings of the run that was to be explained; null without such a run. */
  readonly explained: ExplainedRun | null;
}

/** A run with every value that a source gives for one of its settings. */
export interface ExplainedRun {
  readonly run: string;
  /** Ordered by name. The kept value of a setting comes first, and the others follow by falling trust. */
  readonly settings: readonly SettingCandidate[];
  /** Values of metrics that contradict the run's, with their files. */
  readonly contradictedMetrics: readonly ContradictedMetric[];
}

/** A value of a metric that was not kept because another file states another one. */
export interface ContradictedMetric {
  readonly name: string;
  readonly value: number;
  readonly source: string;
}

/** A value that a file, a table or a name gives for a setting. */
export interface SettingCandidate extends SettingRecord {
  /** Kind of the source, which decides the trust in it: `modelCard`, `table`, `runName`, `assumption`. */
  readonly source: string;
  /** Whether this value is the run's. The others come from less trusted sources. */
  readonly isKept: boolean;
}

export interface StudyRecord {
  /** Name of the import, which its studies share; by default the base name of the folder. */
  readonly name: string;
  /** `base_model_name_or_path`; null if no adapter or table names one. */
  readonly baseModel: string | null;
  /** The imported folder, absolute. */
  readonly folder: string;
  readonly experiments: readonly ExperimentRecord[];
  /** Every adapted weight matrix of any checkpoint, by name, in model order. */
  readonly layers: readonly LayerRecord[];
  /** Better directions of metrics that rankscope.yaml states, each metric once. */
  readonly metricDirections?: readonly MetricDirectionRecord[];
}

export interface Quantization {
  /** Label in the study: `16bit`, `4bit`. */
  readonly label: string;
  /** Bits per base weight; null if the label does not tell. */
  readonly bits: number | null;
  /** `nf4`, `fp4`, `int8`; null for unquantized bases. */
  readonly scheme: string | null;
}

export interface ExperimentRecord {
  /** Unique in the study: `16bit_r8`. */
  readonly name: string;
  readonly method: Method;
  readonly quantization: Quantization;
  /** Null for a run without a rank: full fine-tuning, another adapter type, the base model itself. */
  readonly rank: number | null;
  readonly seed: number | null;
  /** Optimizer steps. */
  readonly steps: number | null;
  /** Training examples. */
  readonly numSamples: number | null;
  /** The run's PEFT configuration; null if only tables name the run. */
  readonly adapter: AdapterSettings | null;
  /** Settings with their provenance, by name. Each occurs once. */
  readonly settings: readonly SettingRecord[];
  readonly metrics: readonly MetricRecord[];
  readonly series: readonly SeriesRecord[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly predictions: readonly PredictionSetRecord[];
  readonly checkpoints: readonly CheckpointRecord[];
}

/** The fields of `adapter_config.json` that comparisons need. */
export interface AdapterSettings {
  readonly r: number;
  readonly loraAlpha: number;
  readonly useRslora: boolean;
  readonly useDora: boolean;
  readonly fanInFanOut: boolean;
  readonly loraDropout: number;
  readonly bias: string;
  readonly targetModules: readonly string[];
  readonly rankPattern: Readonly<Record<string, number>>;
  readonly alphaPattern: Readonly<Record<string, number>>;
  /** `true`, `false`, or the name of an initialisation: `gaussian`, `pissa`, `olora`, ... */
  readonly initLoraWeights: string;
  /** Modules that were trained completely. */
  readonly modulesToSave: readonly string[];
  /** Whether lora_B has a bias. It is a part of the update but not of dW. */
  readonly loraBias: boolean;
  readonly revision: string | null;
  readonly taskType: string | null;
}

/** One scalar of a run, in the unit at the end of its name (`peak_memory_mb`, `time_per_step_seconds`). */
export interface MetricRecord {
  readonly name: string;
  readonly value: number;
  /** The file with the value, relative to the study's folder. */
  readonly source: string;
  /** Whether higher values are better, as the file states; null or undefined if it does not. */
  readonly higherIsBetter?: boolean | null | undefined;
}

/** One logged curve: `values[i]` was logged at optimizer step `steps[i]` (ascending). NaN and infinities are kept. */
export interface SeriesRecord {
  readonly name: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Whether `steps` are epochs, because the file gives no optimizer steps. */
  readonly byEpoch?: boolean;
  /** Times at which the points were logged, in seconds since 1970; null or absent if the file does not give them. */
  readonly wallTimes?: readonly number[] | null;
  /** The file with the curve, relative to the study's folder. */
  readonly source?: string;
}

export interface LayerRecord {
  /** Module path in the base model: `transformer.h.12.attn.c_attn`. */
  readonly name: string;
  /** Block number, the first number in the path; null if there is none. */
  readonly index: number | null;
  /** The path after the block number: `attn.c_attn`. */
  readonly module: string;
  /** `in`: columns of A. */
  readonly inFeatures: number;
  /** `out`: rows of B. */
  readonly outFeatures: number;
}

/** One saved adapter. Folders with equal bytes (`checkpoint-1000`, `final_model`) are one checkpoint. */
export interface CheckpointRecord {
  readonly step: number | null;
  readonly isFinal: boolean;
  /** Folders with these bytes, relative to the study's folder. */
  readonly folders: readonly string[];
  /** SHA-256 of its weight file, or over the hashes of its shards: equal saves have equal hashes. */
  readonly hash: string;
  /** Its weight file, or its shards in the order of their names. */
  readonly files: readonly WeightFileRecord[];
  readonly factors: readonly FactorsRecord[];
  readonly uncompared: readonly UncomparedTensor[];
}

/** A tensor of a checkpoint that is not an adapter factor. It is recorded but not compared. */
export interface UncomparedTensor {
  /** Its key in the weight file. */
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly kind: UncomparedKind;
}

/** The number of a checkpoint's uncompared tensors of one kind, and the first one's name. A file may have a million of them. */
export interface UncomparedTensors {
  readonly kind: UncomparedKind;
  readonly count: number;
  readonly name: string;
}

/** OTHER stands for unknown kinds, such as a resized embedding or trained tokens. */
export type UncomparedKind = "DORA_MAGNITUDE" | "BIAS" | "MODULE_TO_SAVE" | "OTHER_ADAPTER" | "OTHER";

export interface WeightFileRecord {
  /** Absolute path. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the whole file, hexadecimal. */
  readonly hash: string;
}

/** The pair (A: r x in, B: out x r) of one layer; the update is dW = scaling * B * A. */
export interface FactorsRecord extends FactorTensors<TensorRecord> {
  /** LayerRecord.name */
  readonly layer: string;
  readonly rank: number;
  /** alpha / r, or alpha / sqrt(r) with rsLoRA; per module where the configuration has patterns. */
  readonly scaling: number;
  /**
   * Whether the base model stores the layer's weight as in x out, so that dW is added transposed: linear layers with
   * fan_in_fan_out (GPT-2's Conv1D), and embeddings, whose A is r x vocabulary and B dimension x r.
   */
  readonly transposed: boolean;
  /** SHA-256 over dtype, shape, layout and bytes of A and B: equal pairs have equal hashes in every study. */
  readonly hash: string;
}

/** The location and the content hash of a tensor. */
export interface TensorRecord {
  /** The weight file that contains it: WeightFileRecord.hash */
  readonly file: string;
  /** Its key in the weight file. */
  readonly name: string;
  /** As safetensors spells it: `F64`, `F32`, `F16`, `BF16`, `F8_E4M3`, `F8_E5M2`. */
  readonly dtype: string;
  /** Rows and columns of the factor: r x in for A, out x r for B. */
  readonly shape: readonly number[];
  /** Whether the file holds the matrix column by column, as MLX-LM's `lora_a` (in x r) is A (r x in). */
  readonly columnMajor: boolean;
  /** First byte, counted from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string;
}

/** A message of an import. An error concerns one file; the rest of the folder is imported. */
export interface Finding {
  readonly severity: FindingSeverity;
  readonly code: FindingCode;
  /** Relative to the study's folder; `.` is the folder itself. */
  readonly where: string;
  readonly message: string;
}

export type FindingCode =
  | ErrorCode
  | "RUN_FOUND"
  | "TABLE_READ"
  | "SUMMARY_TABLE_RECOGNISED"
  | "SAME_BYTES"
  | "ROUNDED_VALUES"
  | "CONFLICTING_VALUES"
  | "SCHEME_ASSUMED"
  | "BITS_ASSUMED"
  | "SETTINGS_CONTRADICT"
  | "FILE_OF_NO_RUN"
  | "EVALUATION_OF_NO_RUN"
  | "UNITS_CONVERTED"
  | "TOTALS_LEFT_OUT"
  | "SIDES_SPLIT"
  | "ROWS_AMBIGUOUS"
  | "BASE_MODEL_NAMES"
  | "LAYER_NAMES"
  | "BASE_MODEL_REGISTERED"
  | "BASE_MODEL_NOT_REGISTERED"
  | "FINDINGS_LEFT_OUT"
  | "SEVERAL_STUDIES"
  | "FILE_INCOMPLETE"
  | "TRAINING_RESTARTED"
  | "CONFIG_WITHOUT_ADAPTER"
  | "ADAPTER_WITHOUT_CONFIG"
  | "RANK_CONTRADICTS_NAME"
  | "TENSORS_NOT_COMPARED"
  | "OTHER_WEIGHTS_NOT_READ"
  | "SHARDS_WITHOUT_INDEX"
  | "BASE_WEIGHTS_CHANGED"
  | "UPDATE_NOT_ALWAYS_APPLIED"
  | "LAYERS_REPLICATED"
  | "CONFIG_FIELD_UNKNOWN"
  | "ADAPTER_CONFIGS_DIFFER"
  | "RUN_WITHOUT_RANK"
  | "RUNS_WITHOUT_RANK"
  | "NON_FINITE_VALUES"
  | "RUN_DIVERGED"
  | "LINK_SKIPPED"
  | "LINK_REFUSED"
  | "SPECIAL_FILE_REFUSED"
  | "NOT_UNDERSTOOD";

/** Stages of an import. The counts are weight files, and of base models all files. */
export type ImportStage = "reading runs" | "reading tables" | "keeping weight files" | "hashing base models";

/** Reports the progress of an import: `done` of `total` pieces of a stage are complete. */
export type ReportProgress = (progress: {
  readonly stage: ImportStage;
  readonly done: number;
  readonly total: number;
  readonly message: string;
}) => void;
