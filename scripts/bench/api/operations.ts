// Measured GraphQL operations of Rankscope and of PostGraphile.

export const BROWSE = `query Browse($filter: StudyFilter, $first: Int, $after: String) {
  studies(filter: $filter, orderBy: { field: CREATED_AT, direction: DESC }, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { slug name baseModel tags experiments(first: 1) { totalCount } }
  }
}`;

export const ACROSS = `query Across($slugs: [String!]!, $metric: MetricName!) {
  compareStudies(slugs: $slugs, metric: $metric, thresholdPercent: 5) {
    byRank { r entries { study { slug } percent acceptable } }
    byStudy { study { slug } minimumViableRank { rank bound } meanCosineSimilarity memoryReductionPercent }
  }
}`;

export const DIAGNOSE = `query Diagnose($slug: String!) {
  study(slug: $slug) {
    slug name baseModel
    experiments(first: 50) {
      totalCount
      nodes {
        id name method quantization { label bits scheme } rank { r } seed trainingLoss evalLoss peakMemoryMb
        timePerStepSeconds trainingTimeSeconds steps numSamples hasWeights
      }
    }
    ranks {
      r
      degradation(metric: TRAINING_LOSS, thresholdPercent: 5) {
        percent absolute acceptable verdict interval { low high confidence }
        baseline { mean standardDeviation n } candidate { mean standardDeviation n }
      }
    }
    minimumViableRank(metric: TRAINING_LOSS, thresholdPercent: 5) { rank bound leastAcceptableRank testedRanks reason }
    weightSimilarity(rank: 8, scaling: NONE) {
      mean threshold meetsThreshold
      layers { layer { name index module } cosineSimilarity l2Distance relativeDifference undefinedReason }
    }
    layerSensitivity(rank: 8) { layer { name index module } score position }
    hypotheses {
      id statement verdict because evidence { label value unit } confounds { kind severity message ranks }
    }
    paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated }
    failureModes { kind symptom cause mitigation severity experiments { name } }
    diagnosticSummary(rank: 8) {
      baselineMemoryMb candidateMemoryMb memoryReductionPercent meanCosineSimilarity meanTokenMatch
      meanEmbeddingSimilarity baselineTimePerStepSeconds candidateTimePerStepSeconds speedup
    }
    recommendation(memoryBudgetMb: 4000, maxDegradationPercent: 2) {
      experiment { name } rank { r } because alternatives { experiment { name } rejectedBecause }
    }
  }
}`;

/**
 * Same rows from PostGraphile. It cannot derive results or follow content hashes, so its Across and Diagnose operations
 * contain neither conclusions nor comparisons and cost less work.
 */
export const POSTGRAPHILE_BROWSE = `query Browse($first: Int!) {
  allStudies(first: $first, orderBy: CREATED_AT_DESC) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { slug name baseModel tags experimentsByStudyId(first: 1) { totalCount } }
  }
}`;

export const POSTGRAPHILE_ACROSS = `query Across($first: Int!) {
  allStudies(first: $first) {
    nodes {
      slug
      experimentsByStudyId {
        nodes {
          name quantizationBits rankByRankId { r }
          loss: metricsByExperimentId(condition: { name: "training_loss" }) { nodes { value } }
          memory: metricsByExperimentId(condition: { name: "peak_memory_mb" }) { nodes { value } }
        }
      }
    }
  }
}`;

export const POSTGRAPHILE_DIAGNOSE = `query Diagnose($slug: String!) {
  allStudies(condition: { slug: $slug }) {
    nodes {
      slug name baseModel
      ranksByStudyId { nodes { r } }
      layersByStudyId { nodes { name index module } }
      experimentsByStudyId {
        totalCount
        nodes {
          rowId name method quantizationLabel quantizationBits quantizationScheme seed steps numSamples
          rankByRankId { r }
          metricsByExperimentId { nodes { name value } }
          checkpointsByExperimentId {
            nodes { adapterFactorsByCheckpointId { nodes { layerId rank scaling hash } } }
          }
        }
      }
    }
  }
}`;

export const CONSTANT = "{ answer }";
