import { failure } from "../../errors.js";
import { MAX_EVALUATION_RESULTS } from "../limits.js";
import type { Evaluation, EvaluationResult } from "./evaluation.js";
import { fieldsOf, numberOrNull, textOrNull, type Fields } from "./json-fields.js";

/** The parts of a results file that describe tasks, by the name of the task. */
interface TaskFacts {
  readonly versions: Fields;
  readonly shots: Fields;
  readonly sampleCounts: Fields;
  readonly higherIsBetter: Fields;
  /** Members of groups. */
  readonly subtasks: Fields;
}

/** Returns whether a parsed JSON file has the results of lm-evaluation-harness. */
export function isLmEval(value: unknown): boolean {
  const file = fieldsOf(value);
  return fieldsOf(file.get("results")).size > 0 && file.has("config") && (file.has("versions") || file.has("n-shot"));
}

/**
 * Reads a `results_DATE.json` of lm-evaluation-harness. Versions from 0.4 on name a metric with its filter (`acc,none`), older ones
 * without. Groups of tasks are results like tasks.
 *
 * @throws EVALUATION_INVALID above the maximum number of results
 */
export function parseLmEval(value: unknown, where: string): Evaluation {
  const file = fieldsOf(value);
  const config = fieldsOf(file.get("config"));
  const modelArguments = argumentsOf(config.get("model_args"));
  const facts: TaskFacts = {
    versions: fieldsOf(file.get("versions")),
    shots: fieldsOf(file.get("n-shot")),
    sampleCounts: fieldsOf(file.get("n-samples")),
    higherIsBetter: fieldsOf(file.get("higher_is_better")),
    subtasks: fieldsOf(file.get("group_subtasks")),
  };
  const results: EvaluationResult[] = [];
  const tasks = new Map([...fieldsOf(file.get("results")), ...fieldsOf(file.get("groups"))]);
  for (const [task, values] of tasks) {
    for (const result of resultsOfTask(task, fieldsOf(values), facts)) results.push(result);
    if (results.length > MAX_EVALUATION_RESULTS) {
      throw failure("EVALUATION_INVALID", { where, received: `more than ${MAX_EVALUATION_RESULTS} results` });
    }
  }
  return {
    tool: "lm-evaluation-harness",
    model: textOrNull(modelArguments.get("pretrained")) ?? textOrNull(file.get("model_name")),
    adapter: textOrNull(modelArguments.get("peft")),
    modelArguments,
    results,
  };
}

function resultsOfTask(task: string, values: Fields, facts: TaskFacts): EvaluationResult[] {
  const results: EvaluationResult[] = [];
  const subtasks = textsOf(facts.subtasks.get(task));
  for (const [key, value] of values) {
    const [metric = "", filter = "none"] = splitOnce(key, ",");
    const isMetric = typeof value === "number" && metric !== "" && !metric.endsWith("_stderr") && key !== "sample_len";
    if (!isMetric) continue;
    const errorKey = key.includes(",") ? `${metric}_stderr,${filter}` : `${metric}_stderr`;
    const samples = facts.sampleCounts.get(task);
    const better = fieldsOf(facts.higherIsBetter.get(task)).get(metric);
    results.push({
      task,
      metric,
      filter: filter === "none" ? null : filter,
      value,
      // The harness writes "N/A" where it estimates none.
      standardError: numberOrNull(values.get(errorKey)),
      sampleCount: numberOrNull(fieldsOf(samples).get("effective")) ?? numberOrNull(values.get("sample_len")),
      shots: numberOrNull(facts.shots.get(task)),
      taskVersion: versionOf(facts.versions.get(task)),
      higherIsBetter: typeof better === "boolean" ? better : null,
      subtasks,
    });
  }
  return results;
}

/** Returns the texts of a list; none if it is not a list. */
function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((member) => typeof member === "string") : [];
}

function versionOf(version: unknown): string | null {
  return typeof version === "number" ? String(version) : textOrNull(version);
}

/** Returns the arguments of the model, written `pretrained=org/name,peft=path` or as an object. */
function argumentsOf(value: unknown): Map<string, unknown> {
  if (typeof value !== "string") return new Map(fieldsOf(value));
  const pairs = value.split(",").map((pair) => splitOnce(pair.trim(), "="));
  return new Map(pairs.filter((pair) => pair.length === 2).map(([name = "", text = ""]) => [name, valueOf(text)]));
}

/** Python writes True and False; numbers stay numbers. */
function valueOf(text: string): string | number | boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : text;
}

/** Splits at the first separator; a text without one is the only part. */
function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
