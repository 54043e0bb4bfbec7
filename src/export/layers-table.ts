import { layerRows, type LayerRow } from "../analysis/across-studies/layer-rows.js";
import type { StudyFilter } from "../store/across/filters.js";
import type { Connection } from "../store/connection.js";
import { mapRows, pages, type Table } from "./table.js";

/** Rows in a page. */
const PAGE = 2_000;

/** Returns a table with a row for each study, rank and layer, with the stored comparison. Nothing is computed or queued. */
export function layersTable(
  database: Connection,
  filter: StudyFilter | undefined,
  ranks: readonly number[] | undefined,
): Table {
  const rows = pages<LayerRow>(PAGE, (after) => layerRows(database, { filter, ranks, limit: PAGE, after }));
  return {
    columns: [
      { name: "study", type: "text" },
      { name: "rank", type: "integer" },
      { name: "layer", type: "text" },
      { name: "index", type: "integer" },
      { name: "module", type: "text" },
      { name: "baseline", type: "text" },
      { name: "candidate", type: "text" },
      { name: "stored", type: "boolean" },
      { name: "pairs", type: "integer" },
      { name: "cosine_similarity", type: "number" },
      { name: "cosine_standard_deviation", type: "number" },
      { name: "l2_distance", type: "number" },
      { name: "relative_difference", type: "number" },
      { name: "initial_cosine", type: "number" },
      { name: "undefined_reason", type: "text" },
    ],
    rows: mapRows(rows, (row) => [
      row.study,
      row.rank,
      row.layer,
      row.index,
      row.module,
      row.baseline,
      row.candidate,
      row.stored,
      row.pairs,
      row.cosineSimilarity,
      row.cosineStandardDeviation,
      row.l2Distance,
      row.relativeDifference,
      row.initialCosine,
      row.undefinedReason,
    ]),
  };
}
