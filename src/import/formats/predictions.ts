import type { PredictionTool } from "../../model/predictions.js";
import { readPredictionSets } from "../predictions/read-prediction-sets.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/** `samples_TASK_DATE.jsonl` of lm-evaluation-harness (`--log_samples`). */
export const LM_EVAL_SAMPLES = predictionFormat(
  "lm-evaluation-harness samples",
  "lm-evaluation-harness",
  /^samples_(.+?)(?:_\d{4}-\d{2}-\d{2}T[\d.-]+)?\.jsonl$/,
);

/** `generated_predictions.jsonl` of LLaMA-Factory. */
export const GENERATED_PREDICTIONS = predictionFormat(
  "LLaMA-Factory predictions",
  "LLaMA-Factory",
  /^(generated_predictions)\.jsonl$/,
);

/** Predictions in the form of docs/importing.md: `predictions.jsonl`, `predictions_TASK.jsonl` or `TASK.predictions.jsonl`. */
export const OWN_PREDICTIONS = predictionFormat(
  "predictions as JSON Lines",
  "predictions.jsonl",
  /^(?:predictions[._-](.+)|(.+)[._-]predictions|(predictions))\.jsonl$/,
);

/** @param names pattern of file names, whose first group that matches is the task */
function predictionFormat(name: string, tool: PredictionTool, names: RegExp): ResultFormat<TableEvidence> {
  return {
    name,
    gives: ["evaluatedRun"],
    recognises: (fileName) => names.test(fileName),
    async read({ path, where }) {
      const fileName = where.slice(where.lastIndexOf("/") + 1);
      const groups: readonly (string | undefined)[] = names.exec(fileName)?.slice(1) ?? [];
      const task = groups.find((group) => group !== undefined) ?? fileName;
      const predictions = await readPredictionSets({ tool, path, where, task });
      if (predictions.length === 0) return [];
      return [{ kind: "evaluatedRun", evaluated: [], settings: [], evaluations: [], predictions }];
    },
  };
}

/** Returns whether a format reads predictions, line by line: their files may be larger than what fits into memory. */
export function isPredictionFormat(format: { readonly name: string }): boolean {
  return [LM_EVAL_SAMPLES, GENERATED_PREDICTIONS, OWN_PREDICTIONS].some(({ name }) => name === format.name);
}
