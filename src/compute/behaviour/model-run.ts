import { failure } from "../../errors.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import type { BehaviourKind, BehaviourKinds } from "../../model/behaviour.js";
import type { PreparedAdapter } from "../models/adapter-feeds.js";
import type { LanguageModel, RunOptions, Tokens } from "../models/language-model-types.js";

/** A model as it is measured. */
export interface ModelRun {
  readonly model: LanguageModel;
  /** The base model is measured if it is undefined. */
  readonly adapter?: PreparedAdapter | undefined;
  /** Replaces some of the model's replaceable weights. */
  readonly weights?: ReadonlyMap<string, Float32Array> | undefined;
}

export interface MeasureOptions {
  /** Heeded between two runs of the model. */
  readonly signal?: AbortSignal | undefined;
  /** Maximum tokens of the sequences that run together, padding included; a longer sequence runs alone. 512 by default. */
  readonly batchTokens?: number | undefined;
}

/** Tokens of a batch: a model's products run at full speed with this many rows. */
export const BATCH_TOKENS = 512;

/** The values of one item; `position` is its index among the items that were given. */
export type Measured<Kind extends BehaviourKind> = { readonly position: number } & BehaviourKinds[Kind];

/** Returns the options of a run of the model. */
export function runOptions({ adapter, weights }: ModelRun, { signal }: MeasureOptions): RunOptions {
  return { adapter, weights, signal };
}

/** @throws TOKENS_INVALID for an item with more tokens than the model has positions */
export function requirePositions({ line }: EncodedItem, tokens: Tokens, { config }: LanguageModel): void {
  if (tokens.length <= config.positions) return;
  throw failure("TOKENS_INVALID", {
    where: `line ${line} of the evaluation set`,
    received: `${tokens.length} tokens`,
    allowed: `at most ${config.positions}`,
  });
}

/** Returns the tokens of both, in this order. */
export function concatenate(first: Tokens, second: Tokens): Int32Array {
  const tokens = new Int32Array(first.length + second.length);
  tokens.set(first);
  tokens.set(second, first.length);
  return tokens;
}
