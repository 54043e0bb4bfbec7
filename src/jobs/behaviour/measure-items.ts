import { measureChoices, type ChoiceItem } from "../../compute/behaviour/measure-choices.js";
import { measureDivergences } from "../../compute/behaviour/measure-divergences.js";
import { measureEmbeddings } from "../../compute/behaviour/measure-embeddings.js";
import { measureGenerations } from "../../compute/behaviour/measure-generations.js";
import type { LayerSwap } from "../../compute/behaviour/layer-swaps.js";
import { measureLosses } from "../../compute/behaviour/measure-losses.js";
import { measureSensitivities } from "../../compute/behaviour/measure-sensitivities.js";
import type { Measured, ModelRun } from "../../compute/behaviour/model-run.js";
import type { BehaviourOptions, LeftOutItems } from "../../model/behaviour-facts.js";
import { DEFAULT_NEW_TOKENS, type BehaviourKind } from "../../model/behaviour.js";
import type { EncodedItem } from "../../model/evaluation-items.js";
import { smallest } from "../../model/extremes.js";

/** The kinds that run models on the items of a set. */
export type ItemKind = Exclude<BehaviourKind, "WEIGHT_GAP">;

interface MeasureItemsOptions extends BehaviourOptions {
  /** Tokens that end a continuation. */
  readonly stopTokens: readonly number[];
  /** SENSITIVITY: the reference with one layer replaced at a time. */
  readonly swaps?: (() => AsyncIterable<LayerSwap>) | undefined;
  readonly signal: AbortSignal;
}

/** Yields the values of items, batch by batch; `position` is the index among `items`. */
export function measureItems(
  kind: ItemKind,
  runs: readonly ModelRun[],
  items: readonly EncodedItem[],
  { newTokens = DEFAULT_NEW_TOKENS, stopTokens, swaps, signal }: MeasureItemsOptions,
): AsyncGenerator<Measured<ItemKind>> {
  const [run, candidate] = runs;
  if (run === undefined) throw new Error("A measurement needs a model.");
  switch (kind) {
    case "LOSS":
      return measureLosses(run, items, { signal });
    case "GENERATION":
      return measureGenerations(run, items, { newTokens, stopTokens, signal });
    case "EMBEDDING":
      return measureEmbeddings(run, items, { signal });
    case "CHOICES":
      return measureChoices(run, items as readonly ChoiceItem[], { signal });
    case "DIVERGENCE":
      if (candidate === undefined) throw new Error("A divergence needs a reference and a candidate.");
      return measureDivergences({ reference: run, candidate }, items, { signal });
    case "SENSITIVITY":
      if (swaps === undefined) throw new Error("A sensitivity needs layers to replace.");
      return measureSensitivities(run, swaps, items, { signal });
  }
}

/** The items of a set that a kind has values of, and their sizes. */
interface MeasuredItems {
  /** Positions in the set, ascending. */
  readonly positions: readonly number[];
  readonly tokens: number;
  readonly scoredTokens: number;
  readonly leftOut: LeftOutItems | null;
}

/** Lines that are named of the items without values. */
const MAX_NAMED_LINES = 10;

/** Returns the items that can be measured: they have what the kind needs, and fit into the positions of all models. */
export function itemsToMeasure(
  kind: ItemKind,
  items: readonly EncodedItem[],
  runs: readonly ModelRun[],
): MeasuredItems {
  const maximum = smallest(runs.map(({ model }) => model.config.positions));
  const reasons = new Map<string, number>();
  const lines: number[] = [];
  const positions: number[] = [];
  let tokens = 0;
  let scoredTokens = 0;
  items.forEach((item, position) => {
    const reason = problemOf(kind, item, maximum);
    if (reason === undefined) {
      positions.push(position);
      tokens += item.ids.length;
      scoredTokens += item.scoredTokens;
      return;
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (lines.length < MAX_NAMED_LINES) lines.push(item.line);
  });
  const count = items.length - positions.length;
  const reason = [...reasons].map(([text, n]) => `${n} ${n === 1 ? "item has" : "items have"} ${text}`).join("; ");
  return { positions, tokens, scoredTokens, leftOut: count === 0 ? null : { count, reason: `${reason}.`, lines } };
}

function problemOf(kind: ItemKind, item: EncodedItem, positions: number): string | undefined {
  const tooLong = `more than the model's ${positions} positions`;
  switch (kind) {
    case "LOSS":
    case "DIVERGENCE":
    case "SENSITIVITY":
      if (item.scoredTokens === 0) return "no scored token";
      return item.ids.length > positions ? tooLong : undefined;
    case "GENERATION":
      if (item.prompt.length === 0) return "no prompt";
      return item.prompt.length >= positions ? tooLong : undefined;
    case "EMBEDDING":
      if (item.prompt.length === 0) return "no prompt";
      return item.prompt.length > positions ? tooLong : undefined;
    case "CHOICES":
      if (item.choices === null) return "no choices";
      return item.choices.answers.some(({ ids }) => ids.length > positions) ? tooLong : undefined;
  }
}
