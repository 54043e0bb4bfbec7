import type { FragmentOf } from "gql.tada";
import { graphql } from "../graphql.js";
import type { Column } from "../table/column.js";
import { sentenceCase } from "./text.js";
import { Value } from "./value.js";

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

/** The reason why the values of a layer are null. */
interface LayerValues {
  readonly undefinedReason: string | null;
  readonly undefinedDetail: string | null;
}

/** Returns a sortable column of numbers about layers. A null shows its reason. */
export function layerColumn<Row extends LayerValues>(
  key: string,
  title: string,
  width: number,
  value: (row: Row) => number | null | undefined,
): Column<Row> {
  return {
    key,
    title,
    width,
    align: "end",
    sort: key,
    cell: (row) => <Value value={value(row)} reason={reasonOf(row)} />,
    csv: (row) => value(row) ?? null,
  };
}

const reasonOf = ({ undefinedReason, undefinedDetail }: LayerValues) =>
  undefinedDetail ?? (undefinedReason === null ? null : sentenceCase(undefinedReason).toLowerCase());
