import { scalingRatio } from "../../model/scaling-ratio.js";
import type { Connection } from "../connection.js";

/** Two checkpoints of one study. */
export interface CheckpointIds {
  readonly left: string;
  readonly right: string;
}

/** What is stored of one layer that both checkpoints adapt. */
export interface StoredLayer {
  readonly layerId: string;
  readonly leftScaling: number;
  readonly rightScaling: number;
  readonly sameShape: boolean;
  /** Undefined where the comparison was never computed. */
  readonly facts: StoredPairFacts | undefined;
}

/** Null where the weights are not finite. */
export interface StoredPairFacts {
  readonly innerProduct: number | null;
  readonly leftSquaredNorm: number | null;
  readonly rightSquaredNorm: number | null;
  /** |B1 A1 - (s2 / s1) B2 A2|^2; null also where it was only computed for other scalings. */
  readonly squaredDistance: number | null;
  readonly initialCosine: number | null;
}

/** One comparison as the statement gives it; a layer has several where it was compared with several scaling ratios. */
type Entry = readonly [
  ...[layerId: string, leftScaling: number, rightScaling: number, sameShape: boolean, turned: boolean],
  ...[ratio: number | null, innerProduct: number | null, lesserSquaredNorm: number | null],
  ...[greaterSquaredNorm: number | null, squaredDistance: number | null, initialCosine: number | null],
];

/**
 * The stored comparisons of `pairs`, in their order, in one statement; nothing is computed for it. A cosine does not depend on
 * the scalings' sizes, so that of any ratio serves where there is none of this one.
 */
export async function storedPairs(
  { sql }: Connection,
  pairs: readonly CheckpointIds[],
  kernelVersion: number,
): Promise<StoredLayer[][]> {
  // Each side is found by its checkpoint: the planner would look the right one up by its layer, of which there are as many as
  // runs. Entries are JSON because ten arrays of a pair's numbers take several times as long to read.
  const rows = await sql<{ position: number; entries: Entry[] }[]>`
    with pair as materialized (
      select * from unnest(${pairs.map((_, i) => i)}::int[], ${pairs.map(({ left }) => left)}::uuid[],
        ${pairs.map(({ right }) => right)}::uuid[]) as pair (position, "left", "right")),
    l as materialized (
      select position, layer_id, scaling, hash, in_features, out_features from pair
      join adapter_factors on checkpoint_id = "left"),
    r as materialized (
      select position, layer_id, scaling, hash, in_features, out_features from pair
      join adapter_factors on checkpoint_id = "right"),
    side as materialized (
      select position, layer_id, l.scaling as left_scaling, r.scaling as right_scaling,
        l.in_features = r.in_features and l.out_features = r.out_features as same_shape,
        -- Facts are kept with left <= right by bytes, as JavaScript compares.
        l.hash collate "C" > r.hash collate "C" as turned, l.hash as left_hash, r.hash as right_hash
      from l join r using (position, layer_id))
    select position, json_agg(json_build_array(layer_id, left_scaling, right_scaling, same_shape, turned, scaling_ratio,
      inner_product, left_squared_norm, right_squared_norm, squared_distance, initial_cosine)) as entries
    from side
    left join comparison on comparison.left_hash = case when turned then side.right_hash else side.left_hash end
      and comparison.right_hash = case when turned then side.left_hash else side.right_hash end and kernel_version = ${kernelVersion}
    group by position`;
  const byPosition = new Map(rows.map(({ position, entries }) => [position, layersOf(entries)]));
  return pairs.map((_, i) => byPosition.get(i) ?? []);
}

/** One entry a layer: that of its own scalings' ratio where there is one. */
function layersOf(entries: readonly Entry[]): StoredLayer[] {
  const layers = new Map<string, Entry>();
  for (const entry of entries) {
    if (!layers.has(entry[0]) || isOfRatio(entry)) layers.set(entry[0], entry);
  }
  return [...layers.values()].map((entry) => {
    const [layerId, leftScaling, rightScaling, sameShape] = entry;
    return { layerId, leftScaling, rightScaling, sameShape, facts: factsOf(entry) };
  });
}

/** Whether the distance was computed for the ratio of these scalings (model/scaling-ratio.ts). */
function isOfRatio([, left, right, , turned, ratio]: Entry): boolean {
  const wanted = scalingRatio(left, right);
  return ratio === (turned ? 1 / wanted : wanted);
}

function factsOf(entry: Entry): StoredPairFacts | undefined {
  const [, , , , turned, ratio, innerProduct, lesserSquaredNorm, greaterSquaredNorm, distance, initialCosine] = entry;
  if (ratio === null) return undefined;
  const known = isOfRatio(entry) ? distance : null;
  return {
    innerProduct,
    leftSquaredNorm: turned ? greaterSquaredNorm : lesserSquaredNorm,
    rightSquaredNorm: turned ? lesserSquaredNorm : greaterSquaredNorm,
    // |dW2 - dW1 / s|^2 is |dW1 - s dW2|^2 / s^2
    squaredDistance: known !== null && turned ? known / ratio ** 2 : known,
    initialCosine,
  };
}
