import type { BehaviourKind, BehaviourKinds } from "../../model/behaviour.js";
import type { LayerWeightGap } from "../../model/layer-sensitivity.js";
import { unpackItems, type PackedItems } from "../../model/behaviour-values.js";
import { choiceFlips, embeddingSimilarity, tokenMatch, type ChoiceFlips, type ItemPair } from "./compare-outputs.js";
import type { ItemStatistic } from "./item-statistics.js";
import { summarizeDivergences, type DivergenceSummary } from "./summarize-divergences.js";
import { summarizeLosses, type LossSummary } from "./summarize-losses.js";
import { summarizeSensitivities, type LayerKl } from "./summarize-sensitivities.js";

/** The summaries of facts, each with its options. */
export interface BehaviourSummaries {
  readonly LOSS: { readonly options: object; readonly summary: LossSummary };
  readonly DIVERGENCE: { readonly options: object; readonly summary: DivergenceSummary };
  readonly GENERATION: { readonly options: { readonly countsPrompt: boolean }; readonly summary: ItemStatistic };
  readonly EMBEDDING: { readonly options: object; readonly summary: ItemStatistic };
  readonly CHOICES: { readonly options: { readonly normalises: boolean }; readonly summary: ChoiceFlips };
  readonly SENSITIVITY: { readonly options: object; readonly summary: readonly LayerKl[] };
  /** The layers in the order in which they run. */
  readonly WEIGHT_GAP: { readonly options: object; readonly summary: readonly LayerWeightGap[] };
}

/** The values of one fact, or of the facts of a reference and a candidate, and what to derive from them. */
export interface SummaryInput<Kind extends BehaviourKind = BehaviourKind> {
  readonly kind: Kind;
  readonly facts: readonly [PackedItems, PackedItems?];
  readonly options: BehaviourSummaries[Kind]["options"] & { readonly confidence: number };
}

type Summarizers = {
  readonly [Kind in BehaviourKind]: (input: SummaryInput<Kind>) => BehaviourSummaries[Kind]["summary"] | undefined;
};

const SUMMARIZERS: Summarizers = {
  LOSS: ({ facts: [items], options }) => summarizeLosses(unpackItems("LOSS", items).values(), options.confidence),
  DIVERGENCE: ({ facts: [items], options }) =>
    summarizeDivergences([...unpackItems("DIVERGENCE", items).values()], options.confidence),
  GENERATION: ({ facts, options }) =>
    tokenMatch(pairsOf("GENERATION", facts), options.countsPrompt, options.confidence),
  EMBEDDING: ({ facts, options }) => embeddingSimilarity(pairsOf("EMBEDDING", facts), options.confidence),
  CHOICES: ({ facts, options }) => choiceFlips(pairsOf("CHOICES", facts), options.normalises),
  SENSITIVITY: ({ facts: [items], options }) =>
    summarizeSensitivities([...unpackItems("SENSITIVITY", items).values()], options.confidence),
  WEIGHT_GAP: ({ facts: [items] }) => [...unpackItems("WEIGHT_GAP", items).values()],
};

/** Derives a summary from the values of facts. Undefined if no item has values that count. */
export function summarizeBehaviour<Kind extends BehaviourKind>(
  input: SummaryInput<Kind>,
): BehaviourSummaries[Kind]["summary"] | undefined {
  const summarize = SUMMARIZERS[input.kind] as (one: SummaryInput<Kind>) => BehaviourSummaries[Kind]["summary"];
  return summarize(input);
}

/** Returns the values of the items that both facts have. */
function pairsOf<Kind extends BehaviourKind>(
  kind: Kind,
  [reference, candidate]: readonly [PackedItems, PackedItems?],
): ItemPair<BehaviourKinds[Kind]>[] {
  if (candidate === undefined) throw new Error("A comparison needs the facts of two models.");
  const others = unpackItems(kind, candidate);
  return [...unpackItems(kind, reference)].flatMap(([position, values]) => {
    const other = others.get(position);
    return other === undefined ? [] : [[values, other] as const];
  });
}
