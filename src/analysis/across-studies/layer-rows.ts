import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { failure } from "../../errors.js";
import { layerRowStudies, type LayerRowsQuery } from "../../store/across/layer-row-studies.js";
import { runsOfStudies } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { layersOfStudies, type Layer } from "../../store/studies/layers.js";
import { groupByStudy, storedSimilarities, type StoredRank } from "./stored-similarities.js";

/** The stored comparison of a study's baseline and candidate for one layer at one rank. */
export interface LayerRow {
  readonly study: string;
  readonly rank: number;
  readonly layer: string;
  readonly index: number | null;
  readonly module: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** False where the comparison has not been computed yet. */
  readonly stored: boolean;
  readonly cosineSimilarity: number | null;
  readonly l2Distance: number | null;
  readonly relativeDifference: number | null;
  readonly initialCosine: number | null;
  readonly undefinedReason: LayerSimilarity["undefinedReason"];
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
    await storedSimilarities(database, runs, { onlyRanks: request.ranks, maxPairs: 1 }),
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

function rankRows(study: string, { rank, baseline, candidate, layers }: StoredRank, all: readonly Layer[]): LayerRow[] {
  return all.map(({ id, name, index, module }) => ({
    study,
    rank,
    layer: name,
    index,
    module,
    baseline: baseline?.name ?? null,
    candidate: candidate?.name ?? null,
    ...similarityFields(layers.get(id)),
  }));
}

/** @param similarity undefined where a run has no weights of the layer, null where none was computed */
function similarityFields(similarity: LayerSimilarity | null | undefined) {
  return {
    stored: similarity !== null,
    cosineSimilarity: similarity?.cosineSimilarity ?? null,
    l2Distance: similarity?.l2Distance ?? null,
    relativeDifference: similarity?.relativeDifference ?? null,
    initialCosine: similarity?.initialCosine ?? null,
    undefinedReason: similarity === undefined ? "WEIGHTS_MISSING" : (similarity?.undefinedReason ?? null),
  } as const;
}
