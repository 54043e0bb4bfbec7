import { countOf } from "../../model/count-of.js";
import { parsePythonJson } from "../json/parse-python-json.js";
import { RunLogBuilder } from "./run-log-builder.js";
import type { RunLog } from "./run-log.js";

/** Keys that give the time of an entry, not a value. */
const TIME_KEYS = new Set(["current_steps", "total_steps", "percentage", "elapsed_time", "remaining_time"]);

/**
 * Reads LLaMA-Factory's `trainer_log.jsonl`: one JSON object per line and logged step. Each number becomes a curve; `lr` is named
 * `learning_rate` as the Trainer names it. Lines that are not such an object are counted and named in `damage`.
 *
 * @throws RUN_LOG_INVALID if no line is an entry of the log, or above a limit
 */
export function parseTrainerLog(text: string, where: string): RunLog {
  const builder = new RunLogBuilder(where, "RUN_LOG_INVALID");
  const invalidLines: number[] = [];
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const entry = entryOf(line);
    if (entry === undefined) invalidLines.push(index + 1);
    else addEntry(entry, builder);
  }
  return builder.buildUnlessEmpty(damageOf(invalidLines, lines.length));
}

/** Returns the members of an entry with a step; undefined for anything else, such as half a line. */
function entryOf(line: string): Map<string, unknown> | undefined {
  let value: unknown;
  try {
    value = parsePythonJson(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entry = new Map(Object.entries(value));
  return Number.isSafeInteger(entry.get("current_steps")) ? entry : undefined;
}

function addEntry(entry: ReadonlyMap<string, unknown>, builder: RunLogBuilder): void {
  const step = Number(entry.get("current_steps"));
  const totalSteps = entry.get("total_steps");
  if (typeof totalSteps === "number") builder.addSetting("max_steps", totalSteps);
  for (const [key, value] of entry) {
    if (typeof value !== "number" || TIME_KEYS.has(key)) continue;
    builder.addPoint(key === "lr" ? "learning_rate" : key, step, value, null);
  }
}

function damageOf(invalidLines: readonly number[], lineCount: number): string | null {
  const [first] = invalidLines;
  if (first === undefined) return null;
  if (first === lineCount) return "an incomplete last line";
  return `${countOf(invalidLines.length, "line that is no entry", "lines that are not entries")} of the log, the first in line ${first}`;
}
