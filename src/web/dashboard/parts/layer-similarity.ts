import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";
import type { Column } from "../table/column.js";
import { layerFigure } from "./layer-figure.js";

/** What a table shows of a layer's updates in two runs. */
export const LayerSimilarityFields = graphql(`
  fragment LayerSimilarityFields on LayerSimilarity {
    layer {
      id
      name
      index
      module
    }
    cosineSimilarity
    relativeDifference
    l2Distance
    baselineNorm
    candidateNorm
    undefinedReason
    undefinedDetail
  }
`);

export type LayerSimilarity = FragmentOf<typeof LayerSimilarityFields>;

/** The layer's name and what compares its two updates. */
export const SIMILARITY_COLUMNS: readonly Column<LayerSimilarity>[] = [
  {
    ...{ key: "layer", title: "Layer", width: 230, sort: "layer" },
    cell: ({ layer }) => layer.name,
    csv: ({ layer }) => layer.name,
  },
  layerFigure("cosine_similarity", "Cosine", 92, (row) => row.cosineSimilarity),
  layerFigure("relative_difference", "Relative difference", 158, (row) => row.relativeDifference),
  layerFigure("l2_distance", "L2 distance", 112, (row) => row.l2Distance),
  layerFigure("baseline_norm", "Norm, baseline", 136, (row) => row.baselineNorm),
  layerFigure("candidate_norm", "Norm, candidate", 144, (row) => row.candidateNorm),
];
