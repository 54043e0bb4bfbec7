import { storedInteger } from "../../model/stored-integer.js";
import { metricKey, type Evaluation, type EvaluationResult } from "../evaluations/evaluation.js";
import { MAX_LOGGED_NAME_CHARACTERS } from "../limits.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { storableText } from "../storable-text.js";
import type { EvaluatedRunEvidence, EvaluationValue } from "./evidence.js";

/** Returns the results of an evaluation, and the run that it evaluated as far as the file names it. */
export function evidenceOfEvaluation(evaluation: Evaluation): EvaluatedRunEvidence[] {
  const { adapter, model, modelArguments } = evaluation;
  const evaluations = valuesOfEvaluation(evaluation);
  if (evaluations.length === 0) return [];
  const evaluated = [adapter, model].filter((name) => name !== null);
  const settings = settingsOfObject(modelArguments);
  // Without an adapter, the model may be one that was merged.
  if (adapter !== null && model !== null && !settings.some(({ field }) => field === "base_model")) {
    settings.push({ field: "base_model", value: model, key: "pretrained", certainty: "STATED" });
  }
  return [{ kind: "evaluatedRun", evaluated, settings, evaluations, predictions: [] }];
}

/** Returns the results of an evaluation in the order of the file. A result whose name is too long to be one is left out. */
export function valuesOfEvaluation({ tool, results }: Evaluation): EvaluationValue[] {
  return results
    .map((result) => storable(result))
    .map((result, position) => ({ ...result, tool, position, name: metricKey(result) }))
    .filter(({ name }) => name.length <= MAX_LOGGED_NAME_CHARACTERS);
}

/** Returns a result whose texts and whole numbers PostgreSQL can store. */
function storable(result: EvaluationResult): EvaluationResult {
  const { standardError, filter, taskVersion } = result;
  return {
    ...result,
    task: storableText(result.task),
    metric: storableText(result.metric),
    filter: filter === null ? null : storableText(filter),
    taskVersion: taskVersion === null ? null : storableText(taskVersion),
    subtasks: result.subtasks.map(storableText),
    standardError: standardError !== null && Number.isFinite(standardError) ? standardError : null,
    sampleCount: wholeNumber(result.sampleCount),
    shots: wholeNumber(result.shots),
  };
}

function wholeNumber(value: number | null): number | null {
  return value === null ? null : storedInteger(value);
}
