import { layersOverPairs, type LayerOverPairs } from "../../derive/similarity/layer-over-pairs.js";
import type { Interval } from "../../derive/statistics/sample.js";
import { failure } from "../../errors.js";
import { layerRowStudies, type LayerRowsQuery } from "../../store/across/layer-row-studies.js";
import { runsOfStudies } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { layersOfStudies, type Layer } from "../../store/studies/layers.js";
import { groupByStudy, MAX_STORED_PAIRS, storedSimilarities, type StoredRank } from "./stored-similarities.js";

/** The stored comparison of a study's baseline and candidate for one layer at one rank. */
export interface LayerRow {
  readonly study: string;
  readonly rank: number;
  readonly layer: string;
  readonly index: number | null;
  readonly module: string;
  /** The runs of the pair with the lowest seed. */
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** False where the comparison of a pair has not been computed yet. */
  readonly stored: boolean;
  /** Number of pairs of seeds with a stored cosine. */
  readonly pairs: number;
  /** Number of pairs of seeds at the rank, those that are not compared included. */
  readonly availablePairs: number;
  /** Mean over the pairs, like the distances. */
  readonly cosineSimilarity: number | null;
  /** Null for a single pair, like the interval. */
  readonly cosineStandardDeviation: number | null;
  readonly cosineInterval: Interval | null;
  readonly cosineMin: number | null;
  readonly cosineMax: number | null;
  readonly l2Distance: number | null;
  readonly relativeDifference: number | null;
  readonly initialCosine: number | null;
  readonly undefinedReason: LayerOverPairs["undefinedReason"];
  /** Why fewer pairs count than the rank has. */
  readonly pairsReason: string | null;
}

/** The row before a page of layer rows. */
export interface LayerRowPosition {
  readonly study: string;
  readonly rank: number;
  readonly layer: string;
}

interface LayerRowsOptions extends LayerRowsQuery {
  readonly limit: number;
  readonly after: LayerRowPosition | undefined;
}

/**
 * Loads up to `limit` layer rows after `after`, by study, rank and model order, in four statements.
 *
 * @throws ARGUMENT_INVALID
 */
export async function layerRows(
  database: Connection,
  { limit, after, ...request }: LayerRowsOptions,
): Promise<LayerRow[]> {
  const studies = await layerRowStudies(database, { ...request, rows: limit, from: after?.study });
  const ids = studies.map(({ id }) => id);
  const [runs, layers] = await Promise.all([runsOfStudies(database, ids, []), layersOfStudies(database, ids)]);
  const ranksByStudy = groupByStudy(
    await storedSimilarities(database, runs, { onlyRanks: request.ranks, maxPairs: MAX_STORED_PAIRS }),
  );
  const layersByStudy = groupByStudy(layers);
  const rows = studies.flatMap(({ id, slug }) =>
    (ranksByStudy.get(id) ?? []).flatMap((rank) => rankRows(slug, rank, layersByStudy.get(id) ?? [])),
  );
  const start = after === undefined ? 0 : indexAfter(rows, after);
  return rows.slice(start, start + limit);
}

/** Returns the index of the first row after `position`. @throws ARGUMENT_INVALID */
function indexAfter(rows: readonly LayerRow[], { study, rank, layer }: LayerRowPosition): number {
  const index = rows.findIndex((row) => row.study === study && row.rank === rank && row.layer === layer);
  // A study that was deleted meanwhile has no rows: the next study's rows are then the first.
  if (index === -1 && rows.some((row) => row.study === study)) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: `a cursor to ${layer} at rank ${rank} of ${study}`,
      allowed: "a cursor of this list with this filter",
    });
  }
  return index + 1;
}

function rankRows(
  study: string,
  { rank, baseline, candidate, pairs, available }: StoredRank,
  all: readonly Layer[],
): LayerRow[] {
  const ofPairs = pairs.map(({ seed, layers }) => ({ seed, layers: all.map(({ id }) => layers.get(id)) }));
  const { layers: overPairs, reason } = layersOverPairs(ofPairs, available, all.length);
  return all.map(({ name, index, module }, i) => ({
    study,
    rank,
    layer: name,
    index,
    module,
    baseline: baseline?.name ?? null,
    candidate: candidate?.name ?? null,
    ...similarityFields(overPairs[i]),
    availablePairs: available,
    pairsReason: reason,
  }));
}

/** @param layer undefined for a rank without pairs of runs with weights */
function similarityFields(layer: LayerOverPairs | undefined) {
  return {
    stored: layer?.stored ?? true,
    pairs: layer?.cosine.pairs ?? 0,
    cosineSimilarity: layer?.cosine.mean ?? null,
    cosineStandardDeviation: layer?.cosine.standardDeviation ?? null,
    cosineInterval: layer?.cosine.interval ?? null,
    cosineMin: layer?.cosine.min ?? null,
    cosineMax: layer?.cosine.max ?? null,
    l2Distance: layer?.l2Distance ?? null,
    relativeDifference: layer?.relativeDifference ?? null,
    initialCosine: layer?.initialCosine ?? null,
    undefinedReason: layer?.undefinedReason ?? null,
  };
}
