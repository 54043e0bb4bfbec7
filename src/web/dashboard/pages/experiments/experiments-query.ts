import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../graphql.js";

/** A page of runs of any studies. */
export const ExperimentsQuery = graphql(`
  query Experiments(
    $filter: ExperimentFilter
    $metrics: [String!]!
    $orderBy: ExperimentOrder
    $first: Int!
    $after: String
  ) {
    experimentRows(filter: $filter, metrics: $metrics, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        study
        studyName
        name
        baseModel
        method
        quantization
        rank
        seed
        steps
        hasWeights
        values
      }
    }
  }
`);

export type ExperimentFilter = NonNullable<VariablesOf<typeof ExperimentsQuery>["filter"]>;
export type ExperimentItem = ResultOf<typeof ExperimentsQuery>["experimentRows"]["nodes"][number];
