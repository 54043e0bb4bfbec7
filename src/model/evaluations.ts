/** The value of one metric of one task, as an evaluation tool measured it. */
export interface EvaluationRecord {
  /** The file with the value, relative to the study's folder. */
  readonly source: string;
  /** Position in the file, from 0. */
  readonly position: number;
  /** Name of the value among the run's metrics: `mmlu/acc`. */
  readonly name: string;
  /** Task, or group of tasks: `mmlu`. */
  readonly task: string;
  readonly metric: string;
  /** Filter of lm-evaluation-harness through which answers were read: `strict-match`; null for none, and for other tools. */
  readonly filter: string | null;
  /** NaN and infinities are kept. */
  readonly value: number;
  /** In the unit of the value; null if unknown. */
  readonly standardError: number | null;
  /** Number of evaluated items; null if unknown. */
  readonly sampleCount: number | null;
  /** Number of examples in the prompt; null if unknown. */
  readonly shots: number | null;
  readonly taskVersion: string | null;
  /** Null if the tool does not state it. */
  readonly higherIsBetter: boolean | null;
  /** Tool that measured the value. */
  readonly tool: EvaluationTool;
  /** Members of a group of tasks; empty for a task. */
  readonly subtasks: readonly string[];
}

export type EvaluationTool = "lm-evaluation-harness" | "lighteval" | "llama.cpp";

/** Returns the name of the metric with the standard error of another metric. */
export function standardErrorName(name: string): string {
  return `${name}_stderr`;
}
