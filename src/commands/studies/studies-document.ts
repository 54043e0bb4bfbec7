import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../model/graphql-document.js";

/** One page of studies that match a filter. */
export const STUDIES = graphql(`
  query Studies(
    $filter: StudyFilter
    $orderBy: StudyOrder
    $first: Int!
    $after: String
    $metric: String!
    $byMetric: Boolean!
    $includeArchived: Boolean!
  ) {
    studies(filter: $filter, orderBy: $orderBy, first: $first, after: $after, includeArchived: $includeArchived) {
      totalCount
      archivedCount
      pageInfo {
        endCursor
        hasNextPage
      }
      nodes {
        slug
        name
        baseModel
        tags
        archivedAt
        createdAt
        updatedAt
        bestConfiguration(metric: $metric) @include(if: $byMetric) {
          configuration
          rank
          mean
          n
          certainty
        }
        experiments(first: 1) {
          totalCount
        }
        ranks {
          r
          degradation {
            percent
            verdict
            reason
          }
        }
        minimumViableRank {
          rank
          bound
          certainty
        }
      }
    }
  }
`);

export type StudiesPage = ResultOf<typeof STUDIES>["studies"];

/** A study, as `rankscope studies --json` prints it; its degradation is that of training loss, in percent. */
export type ListedStudy = StudiesPage["nodes"][number];

/** The API's filter and order of studies. */
export type StudyFilter = NonNullable<VariablesOf<typeof STUDIES>["filter"]>;
export type StudyOrder = NonNullable<VariablesOf<typeof STUDIES>["orderBy"]>;
