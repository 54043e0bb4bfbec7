import type { LayerSimilarity } from "../../derive/similarity/layer-similarity.js";
import { failure } from "../../errors.js";
import { layerRowStudies, type LayerRowsAsked } from "../../store/across/layer-row-studies.js";
import { runsOfStudies } from "../../store/across/runs-of-studies.js";
import type { Connection } from "../../store/connection.js";
import { layersOfStudies, type Layer } from "../../store/studies/layers.js";
import { storedStudyPairs, byStudy } from "./stored-similarities.js";

/** One layer of one rank of one study, flat, with the stored comparison of baseline and candidate. */
export interface LayerRow {
  readonly study: string;
  readonly rank: number;
  readonly layer: string;
  readonly index: number | null;
  readonly module: string;
  readonly baseline: string | null;
  readonly candidate: string | null;
  /** Whether the comparison was computed, or cannot be. */
  readonly stored: boolean;
  readonly cosineSimilarity: number | null;
  readonly l2Distance: number | null;
  readonly relativeDifference: number | null;
  readonly initialCosine: number | null;
  readonly undefinedReason: LayerSimilarity["undefinedReason"];
}

/** Where a page of layer rows begins: after this one. */
export interface LayerRowPosition {
  readonly study: string;
  readonly rank: number;
  readonly layer: string;
}

/** Up to `limit` layer rows by study, rank and model order, after `after`, in four statements. @throws ARGUMENT_INVALID */
export async function layerRows(
  database: Connection,
  { limit, after, ...asked }: LayerRowsAsked & { readonly limit: number; readonly after: LayerRowPosition | undefined },
): Promise<LayerRow[]> {
  const studies = await layerRowStudies(database, { ...asked, rows: limit, from: after?.study });
  const ids = studies.map(({ id }) => id);
  const [runs, layers] = await Promise.all([runsOfStudies(database, ids, []), layersOfStudies(database, ids)]);
  const pairs = byStudy(await storedStudyPairs(database, runs, asked.ranks));
  const layersByStudy = byStudy(layers);
  const rows = studies.flatMap(({ id, slug }) =>
    (pairs.get(id) ?? []).flatMap(({ rank, baseline, candidate, layers: similarities }) =>
      (layersByStudy.get(id) ?? []).map((layer) =>
        rowOf(
          { study: slug, rank, baseline: baseline?.name ?? null, candidate: candidate?.name ?? null },
          layer,
          similarities.get(layer.id),
        ),
      ),
    ),
  );
  const start = after === undefined ? 0 : startAfter(rows, after);
  return rows.slice(start, start + limit);
}

function startAfter(rows: readonly LayerRow[], { study, rank, layer }: LayerRowPosition): number {
  const at = rows.findIndex((row) => row.study === study && row.rank === rank && row.layer === layer);
  // The study may have gone since; its place among the slugs has not.
  if (at === -1 && rows.some((row) => row.study === study)) {
    throw failure("ARGUMENT_INVALID", {
      where: "after",
      received: `a cursor to ${layer} at rank ${rank} of ${study}`,
      allowed: "a cursor of this list with this filter",
    });
  }
  return at + 1;
}

/** A layer's row; `similarity` is undefined where a run has no weights of it, null where it was never compared. */
function rowOf(
  at: Pick<LayerRow, "study" | "rank" | "baseline" | "candidate">,
  { name, index, module }: Layer,
  similarity: LayerSimilarity | null | undefined,
): LayerRow {
  return {
    ...at,
    layer: name,
    index,
    module,
    stored: similarity !== null,
    cosineSimilarity: similarity?.cosineSimilarity ?? null,
    l2Distance: similarity?.l2Distance ?? null,
    relativeDifference: similarity?.relativeDifference ?? null,
    initialCosine: similarity?.initialCosine ?? null,
    undefinedReason: similarity === undefined ? "WEIGHTS_MISSING" : (similarity?.undefinedReason ?? null),
  };
}
