import { DEFAULT_LIMITS } from "#src/model/limits.js";

/** A request that the server admits, and that costs it as much as possible. */
export interface WorstQuery {
  readonly name: string;
  /** The path of a download; /graphql if undefined. */
  readonly path?: string;
  /** The body of a query; undefined for a download. */
  readonly body?: string;
}

/** Returns queries about one study with as many aliases and draws as a server with default limits admits. */
export function worstQueries(slug: string): WorstQuery[] {
  const aliased = (field: (i: number) => string) =>
    Array.from({ length: DEFAULT_LIMITS.aliases }, (_, i) => `a${i}: ${field(i)}`).join(" ");
  const ofStudy = (name: string, fields: string): WorstQuery => ({
    name,
    body: JSON.stringify({ query: `{ study(slug: ${JSON.stringify(slug)}) { ${fields} } }` }),
  });
  const bootstrap = (i: number) => `interval: BOOTSTRAP_BCA, resamples: 10000, bootstrapSeed: ${i}`;
  return [
    ofStudy(
      "bootstrap of the minimum viable rank",
      aliased((i) => `minimumViableRank(${bootstrap(i)}) { rank }`),
    ),
    ofStudy(
      "bootstrap of each rank",
      `ranks { ${aliased((i) => `degradation(${bootstrap(i)}) { percent interval { low high } }`)} }`,
    ),
    ofStudy(
      "degradation of each rank",
      `ranks { ${aliased((i) => `degradation(thresholdPercent: ${i}) { percent }`)} }`,
    ),
    ofStudy(
      "trends",
      aliased((i) => `rankTrends(ranks: [1], thresholdPercent: ${i}) { slope }`),
    ),
    ofStudy(
      "hypotheses",
      aliased((i) => `hypotheses(thresholdPercent: ${i}, waitSeconds: 0) { verdict }`),
    ),
    ofStudy(
      "failure modes",
      aliased((i) => `failureModes(thresholdPercent: ${i}, waitSeconds: 0) { kind }`),
    ),
    ofStudy(
      "recommendations",
      aliased((i) => `recommendation(maxDegradationPercent: ${i + 1}) { because }`),
    ),
    ofStudy(
      "Pareto frontiers",
      aliased(() => "paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { dominated }"),
    ),
    ofStudy(
      "plots",
      aliased((i) => `plot(kind: RANK_THRESHOLD, thresholdPercent: ${i}) { title }`),
    ),
    ofStudy(
      "Pareto frontiers, only the frontier",
      aliased(() => "paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS, onlyFrontier: true) { dominated }"),
    ),
    ofStudy("runs of each rank", `ranks { ${aliased(() => "experiments { id }")} }`),
    ofStudy(
      "roles with their runs",
      aliased(() => "roles { baselineExperiments { id } candidateExperiments { id } }"),
    ),
    ofStudy(
      "the best value of each curve",
      aliased((i) => `minimumViableRank(at: BEST, metric: EVAL_LOSS, thresholdPercent: ${i}) { rank }`),
    ),
    ofStudy(
      "values of curves by step",
      aliased((i) => `minimumViableRank(at: STEP, step: ${i}, metric: TRAINING_LOSS) { rank }`),
    ),
    ofStudy(
      "summaries of ranks",
      aliased((i) => `diagnosticSummary(rank: ${i + 1}, waitSeconds: 0) { speedup }`),
    ),
    ofStudy(
      "plots of memory",
      aliased((i) => `plot(kind: MEMORY_VS_PERFORMANCE, thresholdPercent: ${i}) { title }`),
    ),
    ofStudy(
      "plots of curves",
      aliased((i) => `plot(kind: LOSS_CURVES, thresholdPercent: ${i}) { title }`),
    ),
    ofStudy(
      "similarity of each rank",
      aliased((i) => `weightSimilarity(rank: ${i + 1}, waitSeconds: 0) { mean }`),
    ),
    ofStudy(
      "sensitivity maps",
      aliased(() => "sensitivityMap(waitSeconds: 0) { ranks }"),
    ),
    { name: "a report as Markdown", path: `/export/studies/${slug}/report.md` },
    { name: "a report as HTML", path: `/export/studies/${slug}/report.html` },
    { name: "the table of runs", path: `/export/studies/${slug}/experiments.csv` },
    ofStudy("a page of runs", "experiments(first: 100) { totalCount nodes { name rank { r } trainingLoss } }"),
  ];
}
