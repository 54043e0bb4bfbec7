import type { ResultOf } from "gql.tada";
import { aliasedDocument, graphql } from "../../model/graphql-document.js";

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

const SENSITIVITY = graphql(`
  fragment RankSensitivity on QuantizationSensitivity {
    layers {
      layer
      position
      mean
      standardDeviation
      n
    }
    test {
      p
      kendallsW
      ratio
      seeds
      layers
    }
    pairs {
      seed
      status
      reason
    }
  }
`);

/** The measured sensitivity of the layers at one rank. */
export interface RankLayers {
  readonly r: number;
  readonly sensitivity: ResultOf<typeof SENSITIVITY>;
}

/** Returns the operation for the sensitivities at all ranks at once, so that a worker takes their jobs one after the other. */
export function sensitivityDocument(ranks: readonly number[]) {
  const fields = ranks.map((r) => `rank${r}: quantizationSensitivity(rank: ${r}, on: $on) { ...RankSensitivity }`);
  return aliasedDocument<{ study: Record<string, RankLayers["sensitivity"]> | null }, { slug: string; on: string }>(
    `query StudySensitivity($slug: String!, $on: String!) {
      study(slug: $slug) {
        ${fields.join("\n        ")}
      }
    }`,
    [SENSITIVITY],
  );
}
