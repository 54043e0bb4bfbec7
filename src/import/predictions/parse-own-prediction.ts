import { fieldsOf, textOrNull, type Fields } from "../evaluations/json-fields.js";
import { integerList } from "../json/integer-list.js";
import { metricValue, scalarText, type Prediction } from "./prediction.js";

/**
 * Reads a line of a `predictions.jsonl`, the form that people write themselves: `id` and `prediction`, with `task`, `prompt`,
 * `target`, `token_ids` and `metrics` (an object of numbers or truth values) where they are known.
 */
export function parseOwnPrediction(fields: Fields): Prediction | undefined {
  const id = scalarText(fields.get("id"));
  const answer = scalarText(fields.get("prediction"));
  if (id === null || answer === null) return undefined;
  const metrics = [...fieldsOf(fields.get("metrics"))].flatMap(([name, value]) => {
    const number = metricValue(value);
    return number === undefined ? [] : [[name, number] as const];
  });
  return {
    task: textOrNull(fields.get("task")),
    filter: null,
    identity: "ID",
    key: id,
    label: id,
    prompt: scalarText(fields.get("prompt")),
    answer,
    target: scalarText(fields.get("target")),
    metrics: new Map(metrics),
    tokens: integerList(fields.get("token_ids")) ?? null,
  };
}

/** Reads a line of LLaMA-Factory's `generated_predictions.jsonl`. Its items have no id. */
export function parseGeneratedPrediction(fields: Fields): Prediction | undefined {
  const answer = scalarText(fields.get("predict"));
  if (answer === null) return undefined;
  return {
    task: null,
    filter: null,
    identity: "POSITION",
    key: null,
    label: null,
    prompt: scalarText(fields.get("prompt")),
    answer,
    target: scalarText(fields.get("label")),
    metrics: new Map(),
    tokens: null,
  };
}
