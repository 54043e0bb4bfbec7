import type { RankPairStatistics, RankSimilarity } from "../similarity/rank-similarity.js";
import type { PairStatistics } from "../similarity/pair-statistics.js";
import type { NamedLayer } from "../study-evidence.js";
import { runSteps, type Steps } from "../steps.js";
import { meanOf } from "../statistics/sample.js";

/** The sensitivity of every layer at every rank, with means over the ranks whose comparison is valid. */
export interface SensitivityMap<Layer> {
  /** Ascending. */
  readonly ranks: readonly number[];
  /** The ranks in the means. */
  readonly fairRanks: readonly number[];
  /** The other ranks. */
  readonly leftOut: readonly LeftOutRank[];
  /** The pairs of seeds of each rank. */
  readonly seedPairs: readonly RankPairs[];
  readonly layers: readonly LayerRow<Layer>[];
  /** Sensitivity by module over all blocks, the most sensitive first. */
  readonly modules: readonly ModuleRow[];
}

/** A rank whose comparison is not valid, or not complete. */
interface LeftOutRank {
  readonly rank: number;
  readonly because: string;
}

/** The pairs of seeds that the values of a rank are means of. */
interface RankPairs extends Pick<RankPairStatistics, "pairs" | "available" | "reason"> {
  readonly rank: number;
}

interface LayerRow<Layer> {
  readonly layer: Layer;
  /** 1 - mean cosine over the pairs of seeds, by rank. Null if undefined. */
  readonly values: readonly (number | null)[];
  /** Sample standard deviation over the pairs of seeds, by rank. Null for fewer than two pairs. */
  readonly standardDeviations: readonly (number | null)[];
  /** Mean over the valid ranks. Null if one of them has no value. */
  readonly mean: number | null;
}

interface ModuleRow {
  /** The path after the block number: `attn.c_attn`. */
  readonly module: string;
  /** Number of layers with a mean. */
  readonly layers: number;
  readonly mean: number;
}

/** Returns the similarities of all ranks as a table of layers x ranks. Layers are in the order of the first rank. */
export function sensitivityMap<Layer extends NamedLayer & { readonly module: string }>(
  similarities: readonly RankSimilarity<Layer>[],
): SensitivityMap<Layer> {
  return runSteps(sensitivityMapSteps(similarities));
}

/** Makes the table in steps, of one layer each. */
export function* sensitivityMapSteps<Layer extends NamedLayer & { readonly module: string }>(
  similarities: readonly RankSimilarity<Layer>[],
): Steps<SensitivityMap<Layer>> {
  const leftOut = similarities.flatMap((similarity) => {
    const because = whyLeftOut(similarity);
    return because === undefined ? [] : [{ rank: similarity.rank, because }];
  });
  const ranks = similarities.map(({ rank }) => rank);
  const leftOutRanks = new Set(leftOut.map(({ rank }) => rank));
  const fairRanks = ranks.filter((rank) => !leftOutRanks.has(rank));
  const isFair = ranks.map((rank) => !leftOutRanks.has(rank));
  const cosinesByRank = similarities.map(cosineFinder);
  const layers: LayerRow<Layer>[] = [];
  for (const { layer } of similarities[0]?.layers ?? []) {
    yield ranks.length;
    const cosines = cosinesByRank.map((cosineOf) => cosineOf(layer.name, layers.length));
    const values = cosines.map((cosine) => (cosine?.mean == null ? null : 1 - cosine.mean));
    const standardDeviations = cosines.map((cosine) => cosine?.standardDeviation ?? null);
    const fairValues = values.filter((_, i) => isFair[i]);
    layers.push({ layer, values, standardDeviations, mean: completeMean(fairValues) });
  }
  const seedPairs = similarities.map(({ rank, overPairs: { pairs, available, reason } }) => ({
    rank,
    pairs,
    available,
    reason,
  }));
  return { ranks, fairRanks, leftOut, seedPairs, layers, modules: moduleRows(layers) };
}

/** Mean sensitivity of q, k or v over all layers that have them. */
export interface PartRow {
  readonly name: string;
  /** One value per rank; null if the value of a layer is undefined. */
  readonly values: readonly (number | null)[];
  /** Mean over these ranks. Null if one of them has no value. */
  readonly mean: number | null;
}

/** The score of a part of one layer. */
interface PartScore {
  readonly name: string;
  readonly score: number | null;
}

/**
 * Returns the mean sensitivity of each part over the layers.
 *
 * @param byRank for each rank the scores of all layers' parts
 */
export function partRows(byRank: readonly (readonly PartScore[])[]): PartRow[] {
  const names = [...new Set(byRank.flat().map(({ name }) => name))];
  return names.map((name) => {
    const values = byRank.map((scores) =>
      completeMean(scores.filter((part) => part.name === name).map(({ score }) => score)),
    );
    return { name, values, mean: completeMean(values) };
  });
}

/** Returns why a rank is not in the means. Undefined if it is. */
function whyLeftOut({ mean, sharedStart, pendingJobs }: RankSimilarity<unknown>): string | undefined {
  if (pendingJobs.length > 0) return "Its weights are still being compared.";
  if (mean === null) return "No layer could be compared.";
  return sharedStart === false ? "Its runs started from different A." : undefined;
}

/** Finds the cosine of a layer at a rank, by its name and the position that it has if all ranks have the same layers. */
type CosineFinder = (name: string, position: number) => PairStatistics | undefined;

function cosineFinder({ layers }: RankSimilarity<NamedLayer>): CosineFinder {
  let byName: ReadonlyMap<string, PairStatistics> | undefined;
  return (name, position) => {
    const expected = layers[position];
    if (expected?.layer.name === name) return expected.cosine;
    byName ??= new Map(layers.map(({ layer, cosine }) => [layer.name, cosine]));
    return byName.get(name);
  };
}

function moduleRows(layers: readonly LayerRow<{ readonly module: string }>[]): ModuleRow[] {
  const meansByModule = new Map<string, number[]>();
  for (const { layer, mean } of layers) {
    if (mean !== null) meansByModule.set(layer.module, [...(meansByModule.get(layer.module) ?? []), mean]);
  }
  return [...meansByModule]
    .map(([module, means]) => ({ module, layers: means.length, mean: meanOf(means) }))
    .sort((left, right) => right.mean - left.mean);
}

/** Returns the mean. Null without values or if a value is null: means over different ranks cannot be compared. */
function completeMean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.length < values.length ? null : meanOf(known);
}
