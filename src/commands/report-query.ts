/** The ranks of a study. */
export const RANKS = `query Ranks($slug: String!) { study(slug: $slug) { ranks { r } } }`;

/** What needs weights, of all ranks at once, so that what is missing is computed together. */
export function rankDetailsQuery(ranks: readonly number[]): string {
  const fields = ranks.map(
    (r) => `similarity${r}: weightSimilarity(rank: ${r}, scaling: NONE) { ...Similarity }
      summary${r}: diagnosticSummary(rank: ${r}) { ...Summary }`,
  );
  return `query RankDetails($slug: String!) { study(slug: $slug) { ${fields.join("\n")} } } ${FRAGMENTS}`;
}

const FRAGMENTS = `
fragment Similarity on WeightSimilarity {
  mean min max comparedLayers sharedStart initialCosine
  computed { provider precision seconds cached }
  layers { layer { name } cosineSimilarity l2Distance relativeDifference undefinedReason undefinedDetail }
}
fragment Summary on DiagnosticSummary {
  baselineMemoryMb candidateMemoryMb memoryReductionPercent
  baselineTimePerStepSeconds candidateTimePerStepSeconds speedup
}`;

/** All of a study that no single rank is asked about. */
export const DIAGNOSIS = `query Report($slug: String!, $untested: [Int!]!) {
  study(slug: $slug) {
    slug name baseModel
    experiments(first: 100) {
      totalCount
      nodes {
        name method quantization { label bits scheme } rank { r }
        trainingLoss evalLoss peakMemoryMb timePerStepSeconds trainingTimeSeconds hasWeights
        loss: curve(metric: "loss", maxPoints: 24) { values }
      }
    }
    layers { name }
    ranks {
      r
      degradation {
        percent acceptable verdict interval { low high confidence } intervalMethod test { p }
        baseline { mean n } candidate { mean n } reason
      }
    }
    roles { baseline candidate because }
    minimumViableRank { rank bound leastAcceptableRank reason inconclusiveRanks range { least greatest } }
    notebook: hypotheses(rules: NOTEBOOK) { id verdict because }
    sensitivityMap {
      jobs { id }
      ranks fairRanks leftOut { rank because }
      layers { layer { name } values mean } modules { module layers mean } parts { name mean }
    }
    rankTrends(ranks: $untested) {
      quantity rSquared n refusedBecause predictions { rank value interval { low high } refusedBecause }
    }
    hypotheses { id statement verdict because evidence { label value unit } confounds { kind severity message } }
    paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated }
    failureModes { kind severity symptom cause mitigation evidence { label value unit } }
    recommendation { experiment { name } because }
  }
}`;
