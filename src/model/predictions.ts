import type { ItemIdentity } from "./enums/prediction.js";

/** Bytes of a packed hash: the first of SHA-256. Two texts share one by chance with a probability of 2^-64. */
export const HASH_BYTES = 8;

/** Values of `PredictionColumns.exact`. */
export const EXACT = { wrong: 0, right: 1, unknown: 2 } as const;

/** Answers to n items in the order of the file, as comparisons need them. */
export interface PredictionColumns {
  readonly n: number;
  /** Hash of each item's identity, n x 8 bytes. */
  readonly items: Uint8Array;
  /** Hash of each prompt, n x 8 bytes; zeros for none. */
  readonly prompts: Uint8Array;
  /** Hash of each answer, n x 8 bytes; zeros for none. */
  readonly answers: Uint8Array;
  /** Whether each answer equals its target, n bytes: see EXACT. */
  readonly exact: Uint8Array;
  /** Little-endian int32, number of token ids of each item; null without token ids. */
  readonly tokenCounts: Uint8Array | null;
  /** Little-endian int32, token ids of all items. */
  readonly tokens: Uint8Array | null;
}

/** The answers of one run to the items of one task, from one file. */
export interface PredictionSetRecord extends PredictionColumns {
  /** The file, relative to the study's folder. */
  readonly source: string;
  /** The file, absolute. Its texts are read again when they are stored. */
  readonly path: string;
  readonly task: string;
  /** Task of the items of the file that name none. */
  readonly fileTask: string;
  /** Filter of lm-evaluation-harness; null for none. */
  readonly filter: string | null;
  readonly tool: PredictionTool;
  readonly identity: ItemIdentity;
  /** SHA-256 of the items with their texts and values, hexadecimal. */
  readonly hash: string;
  /** Names of the metrics that the file gives for each item. */
  readonly metrics: readonly string[];
  /** Little-endian float64, metric after metric, n each; NaN where an item lacks it. */
  readonly values: Uint8Array;
}

export type PredictionTool = "lm-evaluation-harness" | "LLaMA-Factory" | "predictions.jsonl";

/** The texts of one item. */
export interface PredictionTexts {
  /** Identity of the item for people: its id, or its number. */
  readonly item: string;
  readonly prompt: StoredText | null;
  readonly answer: StoredText | null;
  readonly target: StoredText | null;
}

/** A text, which may be shortened. */
export interface StoredText {
  readonly text: string;
  /** Length of the text in the file. */
  readonly characters: number;
}
