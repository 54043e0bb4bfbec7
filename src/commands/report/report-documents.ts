import type { ResultOf } from "gql.tada";
import { aliasedDocument, graphql } from "../../model/graphql-document.js";
import {
  DEGRADATION,
  FAILURE_MODE,
  HYPOTHESIS,
  PARETO_POINT,
  RANK_THRESHOLD,
  RECOMMENDATION,
} from "../../report/diagnosis-fragments.js";

/** The ranks of a study. */
export const RANKS = graphql(`
  query Ranks($slug: String!) {
    study(slug: $slug) {
      ranks {
        r
      }
    }
  }
`);

const SIMILARITY = graphql(`
  fragment RankSimilarity on WeightSimilarity {
    mean
    min
    max
    overSeeds {
      pairs
      available
      standardDeviation
      reason
    }
    comparedLayers
    sharedStart
    initialCosine
    computed {
      provider
      precision
      seconds
      cached
    }
    layers {
      layer {
        name
      }
      cosineSimilarity
      overSeeds {
        mean
        standardDeviation
      }
      l2Distance
      relativeDifference
      undefinedReason
      undefinedDetail
    }
  }
`);

const COSTS = graphql(`
  fragment RankCosts on DiagnosticSummary {
    baselineMemoryMb
    candidateMemoryMb
    memoryReductionPercent
    memory {
      baseline {
        n
      }
      candidate {
        n
      }
      interval {
        low
        high
      }
    }
    baselineTimePerStepSeconds
    candidateTimePerStepSeconds
    speedup
    timePerStep {
      baseline {
        n
      }
      candidate {
        n
      }
      interval {
        low
        high
      }
    }
  }
`);

/** The similarity of the weights and the costs at one rank. */
export interface RankDetail {
  readonly r: number;
  readonly similarity: ResultOf<typeof SIMILARITY>;
  readonly costs: ResultOf<typeof COSTS>;
}

/** Returns the operation for the details of all ranks at once, so that missing results are computed together. */
export function rankDetailsDocument(ranks: readonly number[]) {
  const fields = ranks.map(
    (r) => `similarity${r}: weightSimilarity(rank: ${r}, scaling: NONE) { ...RankSimilarity }
        costs${r}: diagnosticSummary(rank: ${r}) { ...RankCosts }`,
  );
  return aliasedDocument<
    { study: Record<string, RankDetail["similarity"] | RankDetail["costs"]> | null },
    { slug: string }
  >(
    `query RankDetails($slug: String!) {
      study(slug: $slug) {
        ${fields.join("\n        ")}
      }
    }`,
    [SIMILARITY, COSTS],
  );
}

/** The parts of a report that do not concern a single rank. */
export const DIAGNOSIS = graphql(
  `
    query Report($slug: String!, $untested: [Int!]!) {
      study(slug: $slug) {
        slug
        name
        baseModel
        experiments(first: 100) {
          totalCount
          nodes {
            name
            method
            quantization {
              label
              bits
              scheme
            }
            rank {
              r
            }
            trainingLoss
            evalLoss
            peakMemoryMb
            timePerStepSeconds
            trainingTimeSeconds
            hasWeights
            loss: curve(metric: "loss", maxPoints: 24) {
              values
            }
          }
        }
        layers {
          name
        }
        ranks {
          r
          evaluation: degradation(metric: EVAL_LOSS) {
            ...ReportedDegradation
          }
          degradation {
            ...ReportedDegradation
          }
        }
        roles {
          baseline
          candidate
          because
        }
        evaluatedRank: minimumViableRank(metric: EVAL_LOSS) {
          ...ReportedRankThreshold
        }
        minimumViableRank {
          ...ReportedRankThreshold
        }
        notebook: hypotheses(rules: NOTEBOOK) {
          id
          verdict
          because
        }
        sensitivityMap {
          jobs {
            id
          }
          ranks
          fairRanks
          leftOut {
            rank
            because
          }
          seedPairs {
            rank
            pairs
          }
          layers {
            layer {
              name
            }
            values
            mean
          }
          modules {
            module
            layers
            mean
          }
          parts {
            name
            mean
          }
        }
        rankTrends(ranks: $untested) {
          quantity
          rSquared
          n
          refusedBecause
          leftOut
          predictions {
            rank
            value
            interval {
              low
              high
            }
            refusedBecause
          }
        }
        hypotheses {
          ...ReportedHypothesis
        }
        evaluatedFrontier: paretoFrontier(x: PEAK_MEMORY_MB, y: EVAL_LOSS) {
          ...ReportedParetoPoint
        }
        paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) {
          ...ReportedParetoPoint
        }
        failureModes {
          ...ReportedFailureMode
          evidence {
            label
            value
            unit
          }
        }
        recommendation {
          ...ReportedRecommendation
        }
      }
    }
  `,
  [DEGRADATION, RANK_THRESHOLD, HYPOTHESIS, FAILURE_MODE, PARETO_POINT, RECOMMENDATION],
);

export type Diagnosis = NonNullable<ResultOf<typeof DIAGNOSIS>["study"]>;
export type FailureMode = Diagnosis["failureModes"][number];
export type Hypothesis = Diagnosis["hypotheses"][number];
export type Sensitivity = Diagnosis["sensitivityMap"];
export type RankTrend = Diagnosis["rankTrends"][number];

/** The server's own report, as a file. */
export const WRITTEN_REPORT = graphql(`
  query WrittenReport($slug: String!, $format: ReportFormat!) {
    study(slug: $slug) {
      report(format: $format)
    }
  }
`);
