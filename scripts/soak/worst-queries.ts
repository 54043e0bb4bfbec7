import { DEFAULT_LIMITS } from "#src/model/limits.js";

/** A query that the server admits, and that costs it as much as possible. */
export interface WorstQuery {
  readonly name: string;
  readonly body: string;
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
    ofStudy("a page of runs", "experiments(first: 100) { totalCount nodes { name rank { r } trainingLoss } }"),
  ];
}
