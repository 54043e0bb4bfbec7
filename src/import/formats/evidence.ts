import type { RankscopeError } from "../../errors.js";
import type { EvaluationRecord } from "../../model/evaluations.js";
import type { PredictionSetRecord } from "../../model/predictions.js";
import type { AdapterSettings, SeriesRecord } from "../../model/records.js";
import type { ConfigNote } from "../adapter/config-variants.js";
import type { Setting } from "../settings/setting.js";
import type { SettingSource } from "../settings/setting-sources.js";
import type { ResultsTable } from "../tables/results-table.js";
import type { WeightSource } from "../tensors/list-weights.js";

/** The statements of one file of the imported folder. `import/assemble` joins the evidence of all files into experiments. */
export type Evidence = RunEvidence | TableEvidence;

/** Evidence about the run in whose folder the file lies. */
export type RunEvidence =
  | { readonly kind: "adapterConfig"; readonly config: AdapterConfig }
  /** Configuration of the run's adapters that have none beside them. */
  | { readonly kind: "runAdapterConfig"; readonly config: AdapterConfig }
  | { readonly kind: "trainingLog"; readonly log: TrainingLog }
  | { readonly kind: "adapterWeights"; readonly weights: AdapterWeights }
  /** One part of an adapter's weights, which is read through an index. */
  | { readonly kind: "weightShard" }
  | SettingsEvidence
  | MetricsEvidence
  | CurvesEvidence
  | EvaluationsEvidence
  | RestartsEvidence
  | RefusalEvidence
  | DamageEvidence;

/** Evidence about runs that the file names. */
export type TableEvidence =
  ReadTableEvidence | NamedRunEvidence | EvaluatedRunEvidence | StatedSettingsEvidence | DamageEvidence;

/** The rows of a results table. */
export interface ReadTableEvidence {
  readonly kind: "table";
  readonly table: ResultsTable;
  /** Whether the table is a copy for readers, as in a README: its rows add no runs to those of other files. */
  readonly isCopy?: true;
}

export type EvidenceKind = Evidence["kind"];

/** Settings of the run. The assembly keeps the value of the most trusted source and reports contradictions. */
export interface SettingsEvidence {
  readonly kind: "settings";
  /** Decides which value is kept if two sources contradict each other. */
  readonly source: SettingSource;
  readonly settings: readonly Setting[];
}

/** Final values of metrics. `name` may be the trainer's (`train_loss`); the assembly maps it to Rankscope's. */
export interface MetricsEvidence {
  readonly kind: "metrics";
  readonly metrics: readonly MetricReading[];
}

/** Logged curves. If two files have a curve of one name, the longer one is kept. */
export interface CurvesEvidence {
  readonly kind: "curves";
  readonly curves: readonly LoggedCurve[];
}

/** Steps from which the training program continued after it was started again, in the order of time. */
export interface RestartsEvidence {
  readonly kind: "restarts";
  readonly steps: readonly number[];
}

/** A file that could not be read to its end, such as one that is still written. What precedes the damage is read. */
export interface DamageEvidence {
  readonly kind: "damage";
  /** The damage and its position: `an incomplete record at byte 1024`. */
  readonly reason: string;
}

/** A part of a file that cannot be used, beside evidence that can: the weights of an unsupported kind of adapter. */
export interface RefusalEvidence {
  readonly kind: "refusal";
  readonly error: RankscopeError;
}

/** One run of a file that holds several, such as a database of runs. It joins the run of its name or output folder. */
export interface NamedRunEvidence {
  readonly kind: "namedRun";
  readonly name: string;
  /** Output folder that the file states for the run; null if it states none. Its last parts are compared with run folders. */
  readonly outputFolder: string | null;
  readonly source: SettingSource;
  readonly settings: readonly Setting[];
  readonly metrics: readonly MetricReading[];
  readonly curves: readonly LoggedCurve[];
}

/** An evaluation's results for the run in or near whose folder the file lies. */
export interface EvaluationsEvidence {
  readonly kind: "evaluations";
  readonly evaluations: readonly EvaluationValue[];
}

/**
 * An evaluation's results and answers. They belong to the run of the evaluated adapter or model, else to the run in whose folder the file lies,
 * else to the one whose name the file or its folder has.
 */
export interface EvaluatedRunEvidence {
  readonly kind: "evaluatedRun";
  /** Names or paths of the evaluated adapter and model, the most specific first; empty if the file gives none. */
  readonly evaluated: readonly string[];
  readonly settings: readonly Setting[];
  readonly evaluations: readonly EvaluationValue[];
  /** Answers to single items. */
  readonly predictions: readonly Omit<PredictionSetRecord, "source">[];
}

/** One result of a file. */
export type EvaluationValue = Omit<EvaluationRecord, "source">;

/** Settings that a person wrote down for the runs below a folder. They take precedence over every other source. */
export interface StatedSettingsEvidence {
  readonly kind: "statedSettings";
  /** Relative to the study's folder; "" is the study's folder. */
  readonly folder: string;
  /** Settings of every run below the folder. */
  readonly ofAll: readonly Setting[];
  /** Settings by the name of a run, or its path below the folder. */
  readonly byRun: ReadonlyMap<string, readonly Setting[]>;
  /** Values of metrics by the name of a run, or its path below the folder. */
  readonly metricsByRun: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Whether higher values are better, by the name of a metric. */
  readonly metricDirections: ReadonlyMap<string, boolean>;
}

/** One value of a metric. */
export interface MetricReading {
  readonly name: string;
  /** NaN and infinities are kept: they say that the run diverged. */
  readonly value: number;
  /** Optimizer step of the value; null if the file does not give it. Of several values of one metric, the last step is kept. */
  readonly step: number | null;
}

/** A curve with the times at which its points were logged. */
export interface LoggedCurve extends SeriesRecord {
  /** Seconds since the epoch, one per point; null if the file does not give them. */
  readonly wallTimes: readonly number[] | null;
}

/** The content of one adapter configuration. */
export interface AdapterConfig {
  readonly baseModel: string | null;
  readonly settings: AdapterSettings;
  /** Fields that matter beyond the update itself. */
  readonly notes: readonly ConfigNote[];
}

/** The content of one training log. */
export interface TrainingLog {
  /** Optimizer steps done so far. */
  readonly globalStep: number;
  /** Optimizer steps at which training ends; null if the log does not give it. */
  readonly maxSteps: number | null;
  readonly series: readonly SeriesRecord[];
  /** Closing summary of a finished run, by the trainer's names: `train_loss`, `train_runtime`. */
  readonly summary: ReadonlyMap<string, number>;
}

/** A file with an adapter's weights, or the index of its shards. Its tensors are listed later, with the adapter's settings. */
export interface AdapterWeights {
  readonly source: WeightSource;
  /** Order in which the files of one folder are preferred; the smallest is read. */
  readonly preference: number;
  /** Step in the file's name. Such a file is a save of its own; null for the one of its folder. */
  readonly step: number | null;
  /** Epoch in the file's name. Such a file is a save of its own too. */
  readonly epoch: number | null;
  /** Configuration that the file itself states; null if it states none. */
  readonly config: AdapterConfig | null;
}
