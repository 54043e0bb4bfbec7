import { failure } from "../../errors.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { RunLogBuilder } from "./run-log-builder.js";
import type { RunLog } from "./run-log.js";

/**
 * Reads the last values of a run in W&B's `wandb-summary.json`: a flat JSON object. Numbers become metrics; other members are
 * left out.
 *
 * @throws RUN_LOG_INVALID if the text is not a JSON object, or above a limit
 */
export function parseResultMetrics(text: string, where: string): RunLog {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  for (const [name, value] of Object.entries(parseObject(text, where))) {
    if (typeof value === "number" && !name.startsWith("_")) builder.addMetric(name, value);
  }
  return builder.build(null);
}

/** @throws RUN_LOG_INVALID */
function parseObject(text: string, where: string): object {
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw failure("RUN_LOG_INVALID", { where, received: (cause as Error).message, allowed: "JSON", cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw failure("RUN_LOG_INVALID", { where, received: "JSON that is not an object", allowed: "an object" });
}
