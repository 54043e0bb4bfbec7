import type { Connection } from "../connection.js";

/** Two checkpoints of one study. */
export interface CheckpointIds {
  readonly left: string;
  readonly right: string;
}

/** What is stored of two checkpoints, a layer that both adapt an entry; nothing is computed for it. */
export interface StoredPair {
  /** In the list that was asked about. */
  readonly position: number;
  readonly layerIds: readonly string[];
  readonly leftScalings: readonly number[];
  readonly rightScalings: readonly number[];
  /** 1 where both updates have one shape. */
  readonly sameShapes: readonly number[];
  /** 1 where the comparison has been computed; the facts are NaN where it has not, or they are null. */
  readonly compared: readonly number[];
  readonly innerProducts: readonly number[];
  readonly leftSquaredNorms: readonly number[];
  readonly rightSquaredNorms: readonly number[];
  /** |B1 A1 - (s2 / s1) B2 A2|^2; NaN also where it was only computed for other scalings. */
  readonly squaredDistances: readonly number[];
  readonly initialCosines: readonly number[];
}

/**
 * The stored comparisons of `pairs`, in one statement; a pair without a common layer is left out. Arrays have
 * NaN for null, which postgres.js does not read inside of them. A cosine does not depend on
 * the scalings' sizes, so that of any ratio serves where there is none of this one.
 */
export function storedPairs(
  { sql }: Connection,
  pairs: readonly CheckpointIds[],
  kernelVersion: number,
): Promise<StoredPair[]> {
  return sql<StoredPair[]>`
    with side as (
      select pair.position, l.layer_id, l.scaling as left_scaling, r.scaling as right_scaling,
        l.a_shape[2] = r.a_shape[2] and l.b_shape[1] = r.b_shape[1] as same_shape,
        -- Facts are kept with left <= right by bytes, as JavaScript compares.
        l.hash collate "C" > r.hash collate "C" as turned, l.hash as left_hash, r.hash as right_hash,
        case when l.scaling = 0 then 1 else r.scaling / l.scaling end as ratio
      from unnest(${pairs.map((_, i) => i)}::int[], ${pairs.map(({ left }) => left)}::uuid[],
        ${pairs.map(({ right }) => right)}::uuid[]) as pair (position, "left", "right")
      join adapter_factors l on l.checkpoint_id = pair."left"
      join adapter_factors r on r.checkpoint_id = pair."right" and r.layer_id = l.layer_id)
    select position, array_agg(layer_id) as "layerIds", array_agg(left_scaling) as "leftScalings",
      array_agg(right_scaling) as "rightScalings", array_agg(same_shape::int) as "sameShapes",
      array_agg((fact.kernel_version is not null)::int) as compared,
      array_agg(coalesce(fact.inner_product, 'NaN')) as "innerProducts",
      array_agg(coalesce(case when turned then fact.right_squared_norm else fact.left_squared_norm end, 'NaN')) as "leftSquaredNorms",
      array_agg(coalesce(case when turned then fact.left_squared_norm else fact.right_squared_norm end, 'NaN')) as "rightSquaredNorms",
      array_agg(coalesce(case when fact.scaling_ratio is distinct from fact.wanted then null
        -- |dW2 - dW1 / s|^2 is |dW1 - s dW2|^2 / s^2
        when turned then fact.squared_distance / (fact.scaling_ratio * fact.scaling_ratio)
        else fact.squared_distance end, 'NaN')) as "squaredDistances",
      array_agg(coalesce(fact.initial_cosine, 'NaN')) as "initialCosines"
    from side
    left join lateral (
      select comparison.*, case when turned then 1 / nullif(ratio, 0) else ratio end as wanted from comparison
      where left_hash = case when turned then side.right_hash else side.left_hash end
        and right_hash = case when turned then side.left_hash else side.right_hash end
        and comparison.kernel_version = ${kernelVersion}
      order by scaling_ratio is distinct from case when turned then 1 / nullif(ratio, 0) else ratio end, scaling_ratio
      limit 1) as fact on true
    group by position order by position`;
}
