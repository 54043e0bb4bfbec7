import type { EvaluationRecord, EvaluationTool } from "../../model/evaluations.js";

/** The results of one evaluation of one model. */
export interface Evaluation {
  /** Tool that wrote the file. */
  readonly tool: EvaluationTool;
  /** Name or path of the evaluated model; null if the file does not give it. */
  readonly model: string | null;
  /** Path of the evaluated adapter (`peft=`); null if none is given. */
  readonly adapter: string | null;
  /** Arguments of the model by name, such as `load_in_4bit`. Values are numbers, booleans and texts. */
  readonly modelArguments: ReadonlyMap<string, unknown>;
  readonly results: readonly EvaluationResult[];
}

/** The value of one metric of one task. */
export type EvaluationResult = Omit<EvaluationRecord, "source" | "position" | "name" | "tool">;

/** Returns the key of a result's metric: `mmlu/acc`, or `gsm8k/exact_match,strict-match` with a filter. */
export function metricKey({ task, metric, filter }: Pick<EvaluationResult, "task" | "metric" | "filter">): string {
  return `${task}/${metric}${filter === null ? "" : `,${filter}`}`;
}
