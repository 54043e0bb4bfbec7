import type { ResultOf, VariablesOf } from "gql.tada";
import { graphql } from "../../graphql.js";

/** Maximum number of studies that the API lists or compares in one request. */
export const MAX_STUDIES_PER_REQUEST = 100;

/** A page of the studies that match the filters. */
export const StudiesQuery = graphql(`
  query Studies($filter: StudyFilter, $orderBy: StudyOrder, $first: Int!, $after: String) {
    studies(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        slug
        name
        baseModel
        tags
        createdAt
        updatedAt
        experiments(first: 1) {
          totalCount
        }
      }
    }
  }
`);

export type StudyFilter = NonNullable<VariablesOf<typeof StudiesQuery>["filter"]>;
export type StudyItem = ResultOf<typeof StudiesQuery>["studies"]["nodes"][number];
