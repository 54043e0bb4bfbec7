import type { ResultOf } from "gql.tada";
import { graphql } from "../model/graphql-document.js";
import {
  DEGRADATION,
  FAILURE_MODE,
  HYPOTHESIS,
  PARETO_POINT,
  RANK_THRESHOLD,
  RECOMMENDATION,
} from "./diagnosis-fragments.js";

/** The study itself: everything in a report except its runs and the details of each rank. */
export const REPORT = graphql(
  `
    query Report($slug: String!, $waitSeconds: Float, $thresholdPercent: Float!) {
      study(slug: $slug) {
        slug
        name
        baseModel
        tags
        updatedAt
        ranks {
          r
          evaluation: degradation(metric: EVAL_LOSS, thresholdPercent: $thresholdPercent) {
            ...ReportedDegradation
          }
          degradation(metric: TRAINING_LOSS, thresholdPercent: $thresholdPercent) {
            ...ReportedDegradation
          }
        }
        evaluatedRank: minimumViableRank(metric: EVAL_LOSS, thresholdPercent: $thresholdPercent) {
          ...ReportedRankThreshold
        }
        minimumViableRank(metric: TRAINING_LOSS, thresholdPercent: $thresholdPercent) {
          ...ReportedRankThreshold
        }
        hypotheses(thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
          ...ReportedHypothesis
        }
        evaluatedFrontier: paretoFrontier(x: PEAK_MEMORY_MB, y: EVAL_LOSS) {
          ...ReportedParetoPoint
        }
        paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) {
          ...ReportedParetoPoint
        }
        failureModes(waitSeconds: $waitSeconds) {
          ...ReportedFailureMode
        }
        recommendation {
          ...ReportedRecommendation
        }
      }
    }
  `,
  [DEGRADATION, RANK_THRESHOLD, HYPOTHESIS, FAILURE_MODE, PARETO_POINT, RECOMMENDATION],
);

/** The weights and costs of one rank. */
export const REPORTED_RANK = graphql(`
  query ReportedRank($slug: String!, $rank: Int!, $waitSeconds: Float) {
    study(slug: $slug) {
      weightSimilarity(rank: $rank, scaling: NONE, waitSeconds: $waitSeconds) {
        mean
        overSeeds {
          pairs
          available
          standardDeviation
          reason
        }
        comparedLayers
        initialCosine
        sharedStart
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
        }
      }
      diagnosticSummary(rank: $rank, waitSeconds: $waitSeconds) {
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
        meanTokenMatch
        meanEmbeddingSimilarity
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
    }
  }
`);

/** The divergence of predictions on an evaluation set, at every rank. */
export const REPORTED_BEHAVIOUR = graphql(`
  query ReportedBehaviour($slug: String!, $set: String!, $waitSeconds: Float) {
    study(slug: $slug) {
      ranks {
        r
        behaviour(on: $set, waitSeconds: $waitSeconds) {
          klDivergence {
            mean
            n
            interval {
              low
              high
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
            divergence {
              status
              reason
            }
          }
        }
      }
    }
  }
`);

/** One page of the study's runs. */
export const REPORTED_EXPERIMENTS = graphql(`
  query ReportedExperiments($slug: String!, $first: Int!, $after: String) {
    study(slug: $slug) {
      experiments(first: $first, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          name
          method
          quantization {
            label
          }
          rank {
            r
          }
          seed
          trainingLoss
          evalLoss
          peakMemoryMb
          timePerStepSeconds
          trainingTimeSeconds
          hasWeights
        }
      }
    }
  }
`);

export type ReportAnswer = NonNullable<ResultOf<typeof REPORT>["study"]>;
export type RankAnswer = NonNullable<ResultOf<typeof REPORTED_RANK>["study"]>;
export type BehaviourAnswer = NonNullable<ResultOf<typeof REPORTED_BEHAVIOUR>["study"]>;
export type ReportedExperiment = NonNullable<
  ResultOf<typeof REPORTED_EXPERIMENTS>["study"]
>["experiments"]["nodes"][number];
