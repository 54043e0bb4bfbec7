import { RunLogBuilder } from "../logs/run-log-builder.js";
import type { RunLog } from "../logs/run-log.js";
import { fieldsOf, textOrNull } from "./json-fields.js";

/** Returns whether a parsed JSON file is a run of PEFT's method_comparison. */
export function isMethodComparison(value: unknown): boolean {
  const file = fieldsOf(value);
  return file.has("run_info") && file.has("train_info") && fieldsOf(file.get("run_info")).has("experiment_name");
}

const BYTES_OF_MB = 2 ** 20;
/** Figures of a log entry that PEFT's tables show for the run. */
const RESULTS = new Set(["test accuracy", "train loss", "forgetting*"]);

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
  const memory = training.get("accelerator_memory_max") ?? training.get("cuda_memory_max");
  if (typeof memory === "number") builder.addMetric("peak_memory_mb", memory / BYTES_OF_MB);
  const entries = training.get("metrics");
  const logged = (Array.isArray(entries) ? entries : []).map(fieldsOf);
  // The last entry is that of the whole run: PEFT's own tables show its figures.
  for (const [name, number] of logged.at(-1) ?? []) {
    if (RESULTS.has(name) && typeof number === "number") builder.addMetric(name.replaceAll(" ", "_"), number);
  }
  for (const entry of logged) {
    const step = entry.get("step");
    if (typeof step !== "number" || !Number.isSafeInteger(step)) continue;
    for (const [name, number] of entry) {
      if (name !== "step" && typeof number === "number")
        builder.addPoint(name.replaceAll(" ", "_"), step, number, null);
    }
  }
  return builder.build(textOrNull(run.get("error_msg")));
}
