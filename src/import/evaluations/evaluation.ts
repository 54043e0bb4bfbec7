/** The results of one evaluation of one model. */
export interface Evaluation {
  /** Tool that wrote the file. */
  readonly tool: "lm-evaluation-harness" | "lighteval" | "llama.cpp";
  /** Name or path of the evaluated model; null if the file does not give it. */
  readonly model: string | null;
  /** Path of the evaluated adapter (`peft=`); null if none is given. */
  readonly adapter: string | null;
  /** Arguments of the model by name, such as `load_in_4bit`. Values are numbers, booleans and texts. */
  readonly modelArguments: ReadonlyMap<string, unknown>;
  readonly results: readonly EvaluationResult[];
}

/** The value of one metric of one task. */
export interface EvaluationResult {
  /** Task or group of tasks: `mmlu`. */
  readonly task: string;
  readonly metric: string;
  /** Filter of lm-evaluation-harness through which answers were read: `strict-match`; null for `none`, and other tools. */
  readonly filter: string | null;
  readonly value: number;
  /** Standard error of the value, in its unit; null if unknown. */
  readonly standardError: number | null;
  /** Number of evaluated items; null if unknown. */
  readonly sampleCount: number | null;
  /** Number of examples in the prompt; null if unknown. */
  readonly shots: number | null;
  readonly taskVersion: string | null;
  /** Whether a higher value is better; null if the tool does not state it. */
  readonly higherIsBetter: boolean | null;
}

/** Returns the key of a result's metric: `mmlu/acc`, or `gsm8k/exact_match,strict-match` with a filter. */
export function metricKey({ task, metric, filter }: EvaluationResult): string {
  return `${task}/${metric}${filter === null ? "" : `,${filter}`}`;
}
