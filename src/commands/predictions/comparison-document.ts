import type { ResultOf } from "gql.tada";
import { graphql } from "../../model/graphql-document.js";

/** A comparison, as `rankscope predictions --json` prints it. */
export type ComparedPredictions = ResultOf<typeof COMPARISON>["comparePredictions"];

export const COMPARISON = graphql(`
  query ComparedPredictions(
    $baseline: ID!
    $candidate: ID!
    $task: String!
    $filter: String
    $metric: String
    $first: Int!
  ) {
    comparePredictions(baseline: $baseline, candidate: $candidate, task: $task, filter: $filter, metric: $metric) {
      isAssumed
      joined
      onlyBaseline
      onlyCandidate
      differentPrompts
      textMatch {
        n
        matches
      }
      exactMatch {
        n
        baseline
        candidate
      }
      tokenMatch {
        share
        n
        reason
      }
      metric {
        name
        n
        baseline
        candidate
        mean
        interval {
          low
          high
          confidence
        }
        intervalReason
        test {
          p
        }
        flips {
          bothRight
          bothWrong
          rightToWrong
          wrongToRight
          p
        }
      }
      flips(first: $first) {
        totalCount
        nodes {
          item
          direction
          target {
            text
          }
          baseline {
            text
          }
          candidate {
            text
          }
        }
      }
    }
  }
`);
