import type { RankSimilarity } from "../similarity/rank-similarity.js";
import type { NamedLayer } from "../study-evidence.js";

/** The sensitivity of every layer at every rank, and its mean over the ranks whose comparison is fair. */
export interface SensitivityMap<Layer> {
  /** Ascending. */
  readonly ranks: readonly number[];
  /** The ranks that means are over. */
  readonly fairRanks: readonly number[];
  /** Ranks that means leave out, and why. */
  readonly leftOut: readonly { readonly rank: number; readonly because: string }[];
  readonly layers: readonly LayerRow<Layer>[];
  /** The same by module, over all blocks, the most sensitive first. */
  readonly modules: readonly ModuleRow[];
}

export interface LayerRow<Layer> {
  readonly layer: Layer;
  /** 1 - cosine, by rank; null where undefined. */
  readonly values: readonly (number | null)[];
  /** Over the fair ranks; null where one of them has no value. */
  readonly mean: number | null;
}

export interface ModuleRow {
  /** `attn.c_attn`: the path after the block number. */
  readonly module: string;
  /** Layers with a mean. */
  readonly layers: number;
  readonly mean: number;
}

/** Lays the similarities of all ranks out as layers x ranks; layers are in the order of the first rank's. */
export function sensitivityMap<Layer extends NamedLayer & { readonly module: string }>(
  similarities: readonly RankSimilarity<Layer>[],
): SensitivityMap<Layer> {
  const leftOut = similarities.flatMap(({ rank, mean, sharedStart, pendingJobs }) => {
    const because =
      pendingJobs.length > 0
        ? "its weights are still being compared"
        : mean === null
          ? "no layer could be compared"
          : sharedStart === false
            ? "its runs started from different A"
            : undefined;
    return because === undefined ? [] : [{ rank, because }];
  });
  const fairRanks = similarities
    .map(({ rank }) => rank)
    .filter((rank) => !leftOut.some((other) => other.rank === rank));
  const scores = similarities.map(
    ({ layers }) => new Map(layers.map(({ layer, similarity: { cosineSimilarity: cosine } }) => [layer.name, cosine])),
  );
  const layers = (similarities[0]?.layers ?? []).map(({ layer }) => {
    const values = scores.map((byName) => {
      const cosine = byName.get(layer.name) ?? null;
      return cosine === null ? null : 1 - cosine;
    });
    return { layer, values, mean: meanOf(values.filter((_, i) => fairRanks.includes(similarities[i]?.rank ?? NaN))) };
  });
  return { ranks: similarities.map(({ rank }) => rank), fairRanks, leftOut, layers, modules: modulesOf(layers) };
}

/** The mean sensitivity of q, k or v over all layers that have them. */
export interface PartRow {
  readonly name: string;
  /** By rank; null where a layer's is undefined. */
  readonly values: readonly (number | null)[];
  /** Over these ranks; null where one of them has none. */
  readonly mean: number | null;
}

/** Means over layers: scores are given by rank, then one for each layer and part. */
export function partRows(
  byRank: readonly (readonly { readonly name: string; readonly score: number | null }[])[],
): PartRow[] {
  const names = [...new Set(byRank.flat().map(({ name }) => name))];
  return names.map((name) => {
    const values = byRank.map((scores) =>
      meanOf(scores.filter((score) => score.name === name).map(({ score }) => score)),
    );
    return { name, values, mean: meanOf(values) };
  });
}

function modulesOf(layers: readonly LayerRow<{ readonly module: string }>[]): ModuleRow[] {
  const byModule = new Map<string, number[]>();
  for (const { layer, mean } of layers) {
    if (mean !== null) byModule.set(layer.module, [...(byModule.get(layer.module) ?? []), mean]);
  }
  return [...byModule]
    .map(([module, means]) => ({ module, layers: means.length, mean: meanOf(means) ?? NaN }))
    .sort((left, right) => right.mean - left.mean);
}

/** Null of none, or where a value is null: a mean over other ranks than the next layer's could not be compared with it. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0 || known.length < values.length) return null;
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
