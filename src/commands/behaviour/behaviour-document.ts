import type { ResultOf } from "gql.tada";
import { graphql } from "../../model/graphql-document.js";

/** The JSON of `rankscope behaviour --json`. */
export type StudyBehaviour = NonNullable<ResultOf<typeof STUDY_BEHAVIOUR>["study"]>;

export const STUDY_BEHAVIOUR = graphql(`
  query StudyBehaviour($slug: String!, $on: String!) {
    study(slug: $slug) {
      slug
      ranks {
        r
        experiments {
          name
          behaviour(on: $on) {
            status
            reason
            loss {
              mean
              standardDeviation
              n
              interval {
                low
                high
                confidence
              }
            }
            perplexity
            scoredTokens
            recordedLoss {
              recorded
              measured
              form
              relativeDifference
              differs
            }
            computed {
              provider
              precision
              seconds
              leftOut {
                count
                reason
              }
            }
          }
        }
        behaviour(on: $on) {
          klDivergence {
            mean
            standardDeviation
            n
            interval {
              low
              high
              confidence
            }
          }
          seedKlDivergence {
            mean
            n
          }
          ratioToSeeds
          statement
          pairs {
            seed
            reference {
              name
            }
            candidate {
              name
            }
            divergence {
              status
              reason
              klDivergence {
                mean
                median
                p99
              }
              topTokenAgreement {
                mean
              }
              perplexityRatio
            }
          }
          seedPairs {
            reference {
              name
            }
            candidate {
              name
            }
            divergence {
              status
              reason
              klDivergence {
                mean
              }
            }
          }
        }
      }
    }
  }
`);
