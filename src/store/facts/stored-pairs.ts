import { reversePairFacts } from "../../model/computed-facts.js";
import { scalingRatio } from "../../model/weight-updates.js";
import type { Connection } from "../connection.js";

/** Two checkpoints of one study. */
interface CheckpointIds {
  readonly left: string;
  readonly right: string;
}

/** Stored results of one layer that both checkpoints adapt. */
export interface StoredLayer {
  readonly layerId: string;
  readonly leftScaling: number;
  readonly rightScaling: number;
  readonly sameShape: boolean;
  /** Undefined if the comparison was never computed. */
  readonly facts: StoredPairFacts | undefined;
}

/** Values are null if the weights are not finite. */
interface StoredPairFacts {
  readonly innerProduct: number | null;
  readonly leftSquaredNorm: number | null;
  readonly rightSquaredNorm: number | null;
  /** |B1 A1 - (s2 / s1) B2 A2|^2; also null if it was computed for other scalings only. */
  readonly squaredDistance: number | null;
  readonly initialCosine: number | null;
}

/** One row of the statement. A layer has several if it was compared with several scaling ratios. */
interface Entry {
  readonly layerId: string;
  readonly leftScaling: number;
  readonly rightScaling: number;
  readonly sameShape: boolean;
  /** True if the comparison is stored with left and right exchanged. */
  readonly isReversed: boolean;
  /** Null if no comparison is stored; the values below are also null then. */
  readonly ratio: number | null;
  readonly innerProduct: number | null;
  readonly storedLeftSquaredNorm: number | null;
  readonly storedRightSquaredNorm: number | null;
  readonly squaredDistance: number | null;
  readonly initialCosine: number | null;
}

/**
 * Returns the stored comparisons of each of `pairs` in one statement. Computes nothing. A cosine does not depend on the scalings,
 * so a comparison with another scaling ratio is used if there is none with this one.
 */
export async function storedPairs(
  { sql }: Connection,
  pairs: readonly CheckpointIds[],
  kernelVersion: number,
): Promise<StoredLayer[][]> {
  // Both sides are materialized by checkpoint: the planner would look up the right one by layer, which has a row for each run.
  // Entries are JSON, because arrays of each value take several times as long to parse.
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
        -- Comparisons are stored with left <= right in the order of bytes, which is also JavaScript's.
        l.hash collate "C" > r.hash collate "C" as reversed, l.hash as left_hash, r.hash as right_hash
      from l join r using (position, layer_id))
    select position, json_agg(json_build_object('layerId', layer_id, 'leftScaling', left_scaling,
      'rightScaling', right_scaling, 'sameShape', same_shape, 'isReversed', reversed, 'ratio', scaling_ratio,
      'innerProduct', inner_product, 'storedLeftSquaredNorm', left_squared_norm,
      'storedRightSquaredNorm', right_squared_norm, 'squaredDistance', squared_distance,
      'initialCosine', initial_cosine)) as entries
    from side
    left join comparison on comparison.left_hash = case when reversed then side.right_hash else side.left_hash end
      and comparison.right_hash = case when reversed then side.left_hash else side.right_hash end and kernel_version = ${kernelVersion}
    group by position`;
  const byPosition = new Map(rows.map(({ position, entries }) => [position, layersOf(entries)]));
  return pairs.map((_, i) => byPosition.get(i) ?? []);
}

/** Returns one result for each layer, of its own scaling ratio if that is stored. */
function layersOf(entries: readonly Entry[]): StoredLayer[] {
  const layers = new Map<string, Entry>();
  for (const entry of entries) {
    if (!layers.has(entry.layerId) || hasOwnRatio(entry)) layers.set(entry.layerId, entry);
  }
  return [...layers.values()].map((entry) => ({
    layerId: entry.layerId,
    leftScaling: entry.leftScaling,
    rightScaling: entry.rightScaling,
    sameShape: entry.sameShape,
    facts: factsOf(entry),
  }));
}

/** Returns true if the distance was computed for the ratio of these scalings. */
function hasOwnRatio({ leftScaling, rightScaling, isReversed, ratio }: Entry): boolean {
  const ownRatio = scalingRatio(leftScaling, rightScaling);
  return ratio === (isReversed ? 1 / ownRatio : ownRatio);
}

function factsOf(entry: Entry): StoredPairFacts | undefined {
  const { isReversed, ratio, innerProduct, storedLeftSquaredNorm, storedRightSquaredNorm, initialCosine } = entry;
  if (ratio === null) return undefined;
  const facts = {
    innerProduct,
    leftSquaredNorm: storedLeftSquaredNorm,
    rightSquaredNorm: storedRightSquaredNorm,
    squaredDistance: hasOwnRatio(entry) ? entry.squaredDistance : null,
    initialCosine,
  };
  return isReversed ? reversePairFacts(facts, ratio) : facts;
}
