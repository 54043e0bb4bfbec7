import { metricKey, type Evaluation } from "../evaluations/evaluation.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import type { NamedRunEvidence } from "./evidence.js";
import { nameOfRunPath } from "./run-log-evidence.js";

/**
 * Returns the results of an evaluation as metrics of the run that it evaluated: `mmlu/acc`, and its standard error as
 * `mmlu/acc_stderr`. The run is the one of the adapter's path, else of the model's. Nothing is returned if neither is known.
 */
export function evidenceOfEvaluation({ adapter, model, modelArguments, results }: Evaluation): NamedRunEvidence[] {
  const evaluated = adapter ?? model;
  const name = evaluated === null ? null : nameOfRunPath(evaluated);
  if (name === null) return [];
  const metrics = results.flatMap((result) => {
    const key = metricKey(result);
    const value = { name: key, value: result.value, step: null };
    if (result.standardError === null) return [value];
    return [value, { name: `${key}_stderr`, value: result.standardError, step: null }];
  });
  const settings = settingsOfObject(modelArguments);
  return [{ kind: "namedRun", name, outputFolder: evaluated, source: "table", settings, metrics, curves: [] }];
}
