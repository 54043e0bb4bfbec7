import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";
import type { Column } from "../table/column.js";
import { layerColumn } from "./layer-column.js";

/** The comparison of one layer's updates in two runs. */
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

/** The columns with a layer's name and the comparison of its two updates. */
export const SIMILARITY_COLUMNS: readonly Column<LayerSimilarity>[] = [
  {
    key: "layer",
    title: "Layer",
    width: 230,
    sort: "layer",
    cell: ({ layer }) => layer.name,
    csv: ({ layer }) => layer.name,
  },
  layerColumn("cosine_similarity", "Cosine", 92, (row) => row.cosineSimilarity),
  layerColumn("relative_difference", "Relative difference", 158, (row) => row.relativeDifference),
  layerColumn("l2_distance", "L2 distance", 112, (row) => row.l2Distance),
  layerColumn("baseline_norm", "Norm, baseline", 136, (row) => row.baselineNorm),
  layerColumn("candidate_norm", "Norm, candidate", 144, (row) => row.candidateNorm),
];
