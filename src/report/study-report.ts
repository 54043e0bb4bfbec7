import { graphql, type GraphQLSchema } from "graphql";
import { failure } from "../errors.js";
import type { AnalysisContext } from "../analysis/analysis-context.js";
import type { Limits } from "../model/limits.js";

type Maybe<T = number> = T | null;

/** A study's whole diagnosis, as the reports and diagnostic_summary.json are made of it. */
export interface StudyReport {
  readonly slug: string;
  readonly name: string;
  readonly baseModel: Maybe<string>;
  readonly tags: readonly string[];
  readonly updatedAt: string;
  readonly thresholdPercent: number;
  readonly experiments: readonly ReportedExperiment[];
  readonly ranks: readonly ReportedRank[];
  readonly minimumViableRank: {
    readonly rank: Maybe;
    readonly bound: string;
    readonly leastAcceptableRank: Maybe;
    readonly reason: string;
  };
  readonly hypotheses: readonly {
    readonly id: string;
    readonly statement: string;
    readonly verdict: string;
    readonly because: string;
    readonly evidence: readonly { readonly label: string; readonly value: Maybe; readonly unit: string }[];
    readonly confounds: readonly { readonly kind: string; readonly severity: string; readonly message: string }[];
  }[];
  readonly paretoFrontier: readonly {
    readonly experiment: { readonly name: string };
    readonly x: number;
    readonly y: number;
    readonly dominated: boolean;
  }[];
  readonly failureModes: readonly {
    readonly kind: string;
    readonly severity: string;
    readonly symptom: string;
    readonly cause: string;
    readonly mitigation: string;
  }[];
  readonly recommendation: { readonly experiment: Maybe<{ readonly name: string }>; readonly because: string };
}

export interface ReportedExperiment {
  readonly name: string;
  readonly method: string;
  readonly quantization: { readonly label: string };
  readonly rank: { readonly r: number };
  readonly seed: Maybe;
  readonly trainingLoss: Maybe;
  readonly evalLoss: Maybe;
  readonly peakMemoryMb: Maybe;
  readonly timePerStepSeconds: Maybe;
  readonly trainingTimeSeconds: Maybe;
  readonly hasWeights: boolean;
}

export interface ReportedRank {
  readonly r: number;
  readonly degradation: {
    readonly percent: Maybe;
    readonly acceptable: Maybe<boolean>;
    readonly verdict: string;
    readonly reason: Maybe<string>;
    readonly interval: Maybe<{ readonly low: number; readonly high: number; readonly confidence: number }>;
    readonly baseline: Maybe<{ readonly mean: number; readonly n: number }>;
    readonly candidate: Maybe<{ readonly mean: number; readonly n: number }>;
  };
  readonly similarity: {
    readonly mean: Maybe;
    readonly comparedLayers: number;
    readonly initialCosine: Maybe;
    readonly sharedStart: Maybe<boolean>;
    readonly layers: readonly {
      readonly layer: { readonly name: string };
      readonly cosineSimilarity: Maybe;
      readonly l2Distance: Maybe;
      readonly relativeDifference: Maybe;
      readonly undefinedReason: Maybe<string>;
    }[];
  };
  readonly summary: {
    readonly baselineMemoryMb: Maybe;
    readonly candidateMemoryMb: Maybe;
    readonly memoryReductionPercent: Maybe;
    readonly meanTokenMatch: Maybe;
    readonly meanEmbeddingSimilarity: Maybe;
    readonly baselineTimePerStepSeconds: Maybe;
    readonly candidateTimePerStepSeconds: Maybe;
    readonly speedup: Maybe;
  };
}

/**
 * Reads what a study's reports say, by the queries that anyone can send: a report and an answer cannot disagree.
 *
 * @param waitSeconds how long to wait for weights that have not been compared yet
 * @throws STUDY_NOT_FOUND
 */
export async function studyReport(
  schema: GraphQLSchema,
  context: AnalysisContext & { readonly limits: Pick<Limits, "pageSize"> },
  slug: string,
  waitSeconds: number | undefined,
): Promise<StudyReport> {
  const found = (await context.loaders.studyBySlug.load(slug)) ?? undefined;
  if (found === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  const ranks = await context.loaders.ranks.load(found.id);
  const ask = async (source: string, variables: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const variableValues = { slug, ...variables };
    const { data, errors } = await graphql({ schema, source, variableValues, contextValue: context });
    const [error] = errors ?? [];
    if (error !== undefined) throw error.originalError ?? error;
    return (data as { study: Record<string, unknown> }).study;
  };
  const study = await ask(query(ranks.map(({ r }) => r)), {
    waitSeconds: waitSeconds ?? null,
    thresholdPercent: THRESHOLD_PERCENT,
  });
  const { ranks: degradations, ...rest } = study as unknown as StudyReport;
  const experiments: ReportedExperiment[] = [];
  let after: string | null = null;
  do {
    const page = (await ask(EXPERIMENTS, { first: context.limits.pageSize, after }))["experiments"] as ExperimentPage;
    experiments.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return {
    ...pick(rest),
    thresholdPercent: THRESHOLD_PERCENT,
    experiments,
    ranks: degradations.map(
      ({ r, degradation }) =>
        ({ r, degradation, similarity: study[`similarity${r}`], summary: study[`summary${r}`] }) as ReportedRank,
    ),
  };
}

/** Acceptable is under this many percent, as the queries have it by default. */
const THRESHOLD_PERCENT = 5;

/** The study's own fields, without those of single ranks, whose names are the query's. */
function pick(study: Omit<StudyReport, "experiments" | "ranks">): Omit<StudyReport, "experiments" | "ranks"> {
  const { slug, name, baseModel, tags, updatedAt, thresholdPercent, minimumViableRank, hypotheses } = study;
  const { paretoFrontier, failureModes, recommendation } = study;
  return {
    ...{ slug, name, baseModel, tags, updatedAt, thresholdPercent, minimumViableRank, hypotheses },
    ...{ paretoFrontier, failureModes, recommendation },
  };
}

interface ExperimentPage {
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly nodes: readonly ReportedExperiment[];
}

const EXPERIMENTS = `query Experiments($slug: String!, $first: Int!, $after: String) {
  study(slug: $slug) {
    experiments(first: $first, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        name method quantization { label } rank { r } seed
        trainingLoss evalLoss peakMemoryMb timePerStepSeconds trainingTimeSeconds hasWeights
      }
    }
  }
}`;

/** All but the runs in one query, so that all weights are asked about together. */
function query(ranks: readonly number[]): string {
  const ofRank = (r: number) => `
    similarity${r}: weightSimilarity(rank: ${r}, scaling: NONE, waitSeconds: $waitSeconds) {
      mean comparedLayers initialCosine sharedStart
      layers { layer { name } cosineSimilarity l2Distance relativeDifference undefinedReason }
    }
    summary${r}: diagnosticSummary(rank: ${r}, waitSeconds: $waitSeconds) {
      baselineMemoryMb candidateMemoryMb memoryReductionPercent meanTokenMatch meanEmbeddingSimilarity
      baselineTimePerStepSeconds candidateTimePerStepSeconds speedup
    }`;
  return `query Report($slug: String!, $waitSeconds: Float, $thresholdPercent: Float!) {
    study(slug: $slug) {
      slug name baseModel tags updatedAt
      ranks { r degradation(metric: TRAINING_LOSS, thresholdPercent: $thresholdPercent) {
        percent acceptable verdict reason interval { low high confidence } baseline { mean n } candidate { mean n }
      } }
      ${ranks.map(ofRank).join("")}
      minimumViableRank(metric: TRAINING_LOSS, thresholdPercent: $thresholdPercent) {
        rank bound leastAcceptableRank reason
      }
      hypotheses(thresholdPercent: $thresholdPercent, waitSeconds: $waitSeconds) {
        id statement verdict because evidence { label value unit } confounds { kind severity message }
      }
      paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { experiment { name } x y dominated }
      failureModes(waitSeconds: $waitSeconds) { kind severity symptom cause mitigation }
      recommendation { experiment { name } because }
    }
  }`;
}
