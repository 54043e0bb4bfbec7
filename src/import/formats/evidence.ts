import type { AdapterSettings, SeriesRecord } from "../../model/records.js";
import type { ConfigNote } from "../adapter/config-variants.js";
import type { ResultsTable } from "../tables/results-table.js";
import type { WeightSource } from "../tensors/list-weights.js";

/** The statements of one file of the imported folder. `import/assemble` joins the evidence of all files into experiments. */
export type Evidence = RunEvidence | TableEvidence;

/** Evidence about the run in whose folder the file lies. */
export type RunEvidence =
  | { readonly kind: "adapterConfig"; readonly config: AdapterConfig }
  | { readonly kind: "trainingLog"; readonly log: TrainingLog }
  | { readonly kind: "adapterWeights"; readonly weights: AdapterWeights }
  /** One part of an adapter's weights, which is read through an index. */
  | { readonly kind: "weightShard" };

/** Evidence about runs that the file names. */
export interface TableEvidence {
  readonly kind: "table";
  readonly table: ResultsTable;
}

export type EvidenceKind = Evidence["kind"];

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
}
