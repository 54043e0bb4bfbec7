import { graphql } from "../model/graphql-document.js";

/** The parts of a study's diagnosis that the report of the server and the report of the command line both show. */

/** A judged hypothesis with its evidence and confounds. */
export const HYPOTHESIS = graphql(`
  fragment ReportedHypothesis on Hypothesis {
    id
    statement
    verdict
    certainty
    because
    evidence {
      label
      value
      unit
    }
    confounds {
      kind
      severity
      message
    }
  }
`);

/** The degradation of one metric at one rank. */
export const DEGRADATION = graphql(`
  fragment ReportedDegradation on Degradation {
    percent
    nats
    perplexityRatio
    acceptable
    verdict
    certainty
    reason
    interval {
      low
      high
      confidence
    }
    test {
      p
    }
    baseline {
      mean
      n
    }
    candidate {
      mean
      n
    }
  }
`);

/** r* of one metric. */
export const RANK_THRESHOLD = graphql(`
  fragment ReportedRankThreshold on MinimumViableRank {
    rank
    bound
    certainty
    leastAcceptableRank
    reason
    inconclusiveRanks
    range {
      least
      greatest
    }
  }
`);

/** A detected failure mode, without its evidence. */
export const FAILURE_MODE = graphql(`
  fragment ReportedFailureMode on FailureMode {
    kind
    severity
    symptom
    cause
    mitigation
  }
`);

/** A run of the tradeoff between two metrics. */
export const PARETO_POINT = graphql(`
  fragment ReportedParetoPoint on ParetoPoint {
    experiment {
      name
    }
    x
    y
    dominated
  }
`);

/** The recommended run and the reason. */
export const RECOMMENDATION = graphql(`
  fragment ReportedRecommendation on Recommendation {
    experiment {
      name
    }
    metric
    because
    configuration {
      configuration
      rank
      certainty
      n
    }
  }
`);
