import { failure } from "../../errors.js";
import { MAX_EVALUATION_RESULTS } from "../limits.js";
import type { Evaluation, EvaluationResult } from "./evaluation.js";
import { fieldsOf, numberOrNull, textOrNull, type Fields } from "./json-fields.js";

/** Returns whether a parsed JSON file has the results of lighteval. */
export function isLighteval(value: unknown): boolean {
  const file = fieldsOf(value);
  return file.has("config_general") && fieldsOf(file.get("results")).size > 0;
}

/**
 * Reads a `results_DATE.json` of lighteval: `results["task|shots"]` with pairs of `metric` and `metric_stderr`. The average over all
 * tasks is left out: it mixes metrics.
 *
 * @throws EVALUATION_INVALID above the maximum number of results
 */
export function parseLighteval(value: unknown, where: string): Evaluation {
  const file = fieldsOf(value);
  const general = fieldsOf(file.get("config_general"));
  const modelArguments = new Map(fieldsOf(general.get("model_config")));
  const versions = fieldsOf(file.get("versions"));
  const taskConfigs = fieldsOf(file.get("config_tasks"));
  const results: EvaluationResult[] = [];
  const allTasks = [...fieldsOf(file.get("results")).keys()];
  for (const [key, values] of fieldsOf(file.get("results"))) {
    if (key === "all") continue;
    // Older versions have the configuration under the name without shots.
    const config = fieldsOf(taskConfigs.get(key) ?? taskConfigs.get(withoutShots(key)));
    const subtasks = subtasksOf(key, allTasks);
    for (const result of resultsOfTask(key, fieldsOf(values), versions.get(key), config, subtasks))
      results.push(result);
    if (results.length > MAX_EVALUATION_RESULTS) {
      throw failure("EVALUATION_INVALID", { where, received: `more than ${MAX_EVALUATION_RESULTS} results` });
    }
  }
  const model = textOrNull(general.get("model_name")) ?? textOrNull(modelArguments.get("model_name"));
  const isAdapter = modelArguments.get("adapter_weights") === true || modelArguments.has("base_model");
  return { tool: "lighteval", model, adapter: isAdapter ? model : null, modelArguments, results };
}

function resultsOfTask(
  key: string,
  values: Fields,
  version: unknown,
  config: Fields,
  subtasks: readonly string[],
): EvaluationResult[] {
  const shots = SHOTS.exec(key)?.[1];
  const results: EvaluationResult[] = [];
  for (const [metric, value] of values) {
    if (typeof value !== "number" || metric.endsWith("_stderr")) continue;
    results.push({
      task: withoutShots(key),
      metric,
      filter: null,
      value,
      standardError: numberOrNull(values.get(`${metric}_stderr`)),
      sampleCount: numberOrNull(config.get("effective_num_docs")),
      shots: shots === undefined ? null : Number(shots),
      taskVersion: typeof version === "number" ? String(version) : textOrNull(version),
      higherIsBetter: betterDirection(config, metric),
      subtasks,
    });
  }
  return results;
}

/** The configuration of a task lists its metrics, in some versions with their direction. */
function betterDirection(config: Fields, metric: string): boolean | null {
  const metrics = ["metric", "metrics"].map((key) => config.get(key)).find(Array.isArray) ?? [];
  const found = metrics.map(fieldsOf).find((fields) => fields.get("metric_name") === metric);
  const better = found?.get("higher_is_better");
  return typeof better === "boolean" ? better : null;
}

/** Number of shots at the end of a task's key. */
const SHOTS = /\|(\d{1,6})$/;

function withoutShots(key: string): string {
  return key.replace(SHOTS, "");
}

const AVERAGE = ":_average";

/** Returns the tasks that `arc:_average|25` is the average of: those of the same name before the first colon, and of the same shots. */
function subtasksOf(key: string, keys: readonly string[]): string[] {
  const group = withoutShots(key);
  if (!group.endsWith(AVERAGE)) return [];
  const prefix = `${group.slice(0, -AVERAGE.length)}:`;
  const shots = SHOTS.exec(key)?.[0] ?? "";
  const members = keys.filter((one) => one !== key && one.startsWith(prefix) && one.endsWith(shots));
  return members.map(withoutShots);
}
