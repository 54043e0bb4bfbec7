import { readFileSync } from "node:fs";
import type { EncodedItem } from "#src/model/evaluation-items.js";
import type { LayerWeightGap } from "#src/model/layer-sensitivity.js";

/** Values of the scored tokens of a sequence, from float64. */
export interface ExpectedDivergences {
  readonly divergences: readonly number[];
  readonly agreements: readonly number[];
  readonly probabilityChanges: readonly number[];
  readonly referenceLosses: readonly number[];
  readonly candidateLosses: readonly number[];
}

/** What transformers, PEFT, bitsandbytes and NumPy compute with a model of tests/fixtures/models. */
export interface ExpectedBehaviour {
  /** Base model against the adapter, by sequence. */
  readonly divergences: Readonly<Record<"lora" | "dora", readonly ExpectedDivergences[]>>;
  /** Of the LoRA adapter, by sequence. */
  readonly embeddings: readonly (readonly number[])[];
  /** Sums of each sequence, by layer. */
  readonly sensitivity: Readonly<Record<string, readonly number[]>>;
  readonly gaps: Readonly<Record<string, Omit<LayerWeightGap, "layer">>>;
  readonly intruders: Readonly<Record<string, number>>;
  /** Losses of the first sequence. */
  readonly served: Readonly<Record<"lora.merged" | "dora.merged" | "nf4.merged" | "nf4.requantized", number>>;
}

/** Reads what scripts/reference/behaviour.py wrote, by model. */
export function readExpectedBehaviour(): Readonly<Record<string, ExpectedBehaviour>> {
  const text = readFileSync(new URL("../fixtures/behaviour/expected.json", import.meta.url), "utf8");
  return JSON.parse(text) as Record<string, ExpectedBehaviour>;
}

/** An item all of whose tokens are scored, except the first `unscored`. */
export function itemOf(ids: ArrayLike<number>, unscored = 1): EncodedItem {
  const scored = new Uint8Array(ids.length).fill(1, unscored);
  const scoredTokens = Math.max(0, ids.length - unscored);
  return { line: 1, ids: Int32Array.from(ids), scored, scoredTokens, prompt: Int32Array.from(ids), choices: null };
}

/** Collects what a kernel yields, in the order of the items. */
export async function measureAll<Value extends { readonly position: number }>(
  values: AsyncGenerator<Value>,
): Promise<Value[]> {
  const measured: Value[] = [];
  for await (const value of values) measured.push(value);
  return measured.sort((one, other) => one.position - other.position);
}
