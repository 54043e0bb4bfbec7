import type { EvaluationRecord } from "../../model/evaluations.js";
import type { PredictionSetRecord } from "../../model/predictions.js";
import type { Reading } from "./reading-merger.js";
import type { SourcedCurve, SourcedSetting } from "./sourced-evidence.js";

/** The values that all tables together give for one experiment, each with its file. */
export interface TableReading {
  readonly experiment: string;
  readonly quantization: Reading<string> | undefined;
  readonly method: Reading<string> | undefined;
  readonly rank: Reading<number> | undefined;
  readonly seed: Reading<number> | undefined;
  readonly steps: Reading<number> | undefined;
  readonly numSamples: Reading<number> | undefined;
  readonly modelName: Reading<string> | undefined;
  readonly metrics: ReadonlyMap<string, Reading<number>>;
  /** Settings of all columns, those above included. */
  readonly settings: readonly SourcedSetting[];
  /** Curves of files that name the run. */
  readonly curves: readonly SourcedCurve[];
  /** Results of evaluation tools. */
  readonly evaluations: readonly EvaluationRecord[];
  readonly predictions: readonly PredictionSetRecord[];
}

/** Returns the reading of an experiment of which nothing is known. */
export function noReading(experiment: string): TableReading {
  return {
    experiment,
    quantization: undefined,
    method: undefined,
    rank: undefined,
    seed: undefined,
    steps: undefined,
    numSamples: undefined,
    modelName: undefined,
    metrics: new Map(),
    settings: [],
    curves: [],
    evaluations: [],
    predictions: [],
  };
}
