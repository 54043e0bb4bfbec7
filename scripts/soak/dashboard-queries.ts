/**
 * Returns the queries of a dashboard of one study, as bodies of POST requests. Only the last one waits for weights.
 *
 * @param ids ids of the study's experiments; the first two are compared
 */
export function dashboardQueries(slug: string, ids: readonly string[]): string[] {
  const study = { slug };
  const body = (query: string, variables: object = study) => JSON.stringify({ query, variables });
  const pair = { a: ids[0], b: ids[1] };
  return [
    body(`query($slug: String!) { study(slug: $slug) { name experiments(first: 50) { totalCount nodes {
      name method quantization { label bits } rank { r } trainingLoss evalLoss peakMemoryMb timePerStepSeconds } } } }`),
    body(`query($slug: String!) { study(slug: $slug) { ranks { r degradation(metric: EVAL_LOSS) {
      percent verdict interval { low high } baseline { mean n } candidate { mean n } } } minimumViableRank { rank bound reason } } }`),
    body(`query($slug: String!) { study(slug: $slug) { paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) {
      experiment { name } x y dominated } hypotheses { id verdict because } } }`),
    body(
      `query($slug: String!) { study(slug: $slug) { failureModes { kind severity symptom evidence { label value } } } }`,
    ),
    body(`{ studies(first: 20) { totalCount nodes { slug name experiments(first: 1) { totalCount } } } }`),
    body(
      `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 10) {
        summary { meanCosineSimilarity comparedLayers } } }`,
      pair,
    ),
  ];
}
