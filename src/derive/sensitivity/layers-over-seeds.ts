import { summarise, type Sample } from "../statistics/sample.js";

/** The sensitivity of a layer over seeds. */
export interface LayerOverSeeds extends Sample {
  /** Path of the linear layer. */
  readonly layer: string;
  /** In the order of the seeds. */
  readonly scores: readonly number[];
  /** 1 is the most sensitive layer; equal means share a position. */
  readonly position: number;
}

/** Returns the layers that every seed has, the largest mean first. */
export function layersOverSeeds(
  seeds: readonly (readonly { readonly layer: string; readonly mean: number }[])[],
): LayerOverSeeds[] {
  const bySeed = seeds.map((layers) => new Map(layers.map(({ layer, mean }) => [layer, mean])));
  const rows = [...(bySeed[0]?.keys() ?? [])].flatMap((layer) => {
    const scores = bySeed.flatMap((means) => means.get(layer) ?? []);
    const sample = summarise(scores);
    return sample === undefined || scores.length < seeds.length ? [] : [{ layer, scores, ...sample }];
  });
  return rows
    .map((row) => ({ ...row, position: 1 + rows.filter(({ mean }) => mean > row.mean).length }))
    .sort((one, other) => other.mean - one.mean);
}
