import type { ItemIdentity } from "../../model/enums/prediction.js";

/** The answer to one item, as a file has it. */
export interface Prediction {
  /** Null if only the file's name tells the task. */
  readonly task: string | null;
  /** Filter of lm-evaluation-harness; null for none. */
  readonly filter: string | null;
  readonly identity: ItemIdentity;
  /** Identity of the item, equal in the files of two runs; null to use its position. */
  readonly key: string | null;
  /** Identity of the item for people. */
  readonly label: string | null;
  readonly prompt: string | null;
  readonly answer: string | null;
  readonly target: string | null;
  /** Values by metric; true and false are 1 and 0. */
  readonly metrics: ReadonlyMap<string, number>;
  /** Token ids of the answer; null if the file has none. */
  readonly tokens: readonly number[] | null;
}

/** Reads one line of a file of predictions. Returns undefined if it is no prediction. */
export type PredictionParser = (fields: ReadonlyMap<string, unknown>) => Prediction | undefined;

/** Returns a number; 1 and 0 for truth values; undefined for any other value. */
export function metricValue(value: unknown): number | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" ? value : undefined;
}

/** Returns the text of a scalar; null for any other value. An empty text is a text: a model may answer nothing. */
export function scalarText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
