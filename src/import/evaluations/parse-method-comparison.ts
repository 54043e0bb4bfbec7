import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { fieldsOf, textOrNull } from "./json-fields.js";

/** Returns whether a parsed JSON file is a run of PEFT's method_comparison. */
export function isMethodComparison(value: unknown): boolean {
  const file = fieldsOf(value);
  return file.has("run_info") && file.has("train_info") && fieldsOf(file.get("run_info")).has("experiment_name");
}

/**
 * Reads a run of PEFT's method_comparison: settings of training and of the adapter, figures of the whole run, and a curve for each
 * number that was logged with a step.
 *
 * @throws RUN_LOG_INVALID above a limit
 */
export function parseMethodComparison(value: unknown, where: string): RunLog {
  const file = fieldsOf(value);
  const run = fieldsOf(file.get("run_info"));
  const training = fieldsOf(file.get("train_info"));
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  builder.name = textOrNull(run.get("experiment_name"));
  for (const part of ["train_config", "peft_config"]) {
    for (const [key, setting] of fieldsOf(run.get(part))) builder.addSetting(key, setting);
  }
  for (const [name, number] of training) {
    if (typeof number === "number") builder.addMetric(name, number);
  }
  const entries = training.get("metrics");
  for (const entry of (Array.isArray(entries) ? entries : []).map(fieldsOf)) {
    const step = entry.get("step");
    if (typeof step !== "number" || !Number.isSafeInteger(step)) continue;
    for (const [name, number] of entry) {
      if (name !== "step" && typeof number === "number")
        builder.addPoint(name.replaceAll(" ", "_"), step, number, null);
    }
  }
  return builder.build(textOrNull(run.get("error_msg")));
}
