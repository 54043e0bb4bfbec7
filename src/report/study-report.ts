import type { TadaDocumentNode, VariablesOf } from "gql.tada";
import { execute, type GraphQLSchema } from "graphql";
import type { AnalysisContext } from "../analysis/request/analysis-context.js";
import { failure } from "../errors.js";
import type { Limits } from "../model/limits.js";
import {
  REPORT,
  REPORTED_BEHAVIOUR,
  REPORTED_EXPERIMENTS,
  REPORTED_RANK,
  type BehaviourAnswer,
  type RankAnswer,
  type ReportAnswer,
  type ReportedExperiment,
} from "./report-documents.js";

/** The whole diagnosis of a study: the content of its reports and of diagnostic_summary.json. */
export interface StudyReport extends Omit<ReportAnswer, "ranks"> {
  readonly thresholdPercent: number;
  readonly experiments: readonly ReportedExperiment[];
  readonly ranks: readonly ReportedRank[];
  /** The models' behaviour on the named evaluation set; null if none is named. */
  readonly behaviour: ReportedBehaviour | null;
}

/** The behaviour of a study's models on an evaluation set. */
export interface ReportedBehaviour {
  /** Name of the set. */
  readonly set: string;
  readonly ranks: BehaviourAnswer["ranks"];
}

interface StudyReportOptions {
  /** Maximum wait for values that are not stored yet; the context's wait if undefined. */
  readonly waitSeconds?: number | undefined;
  /** Name of the evaluation set on which the models are run. Without one, none is run. */
  readonly on?: string | undefined;
}

export type ReportedRank = ReportAnswer["ranks"][number] & {
  readonly similarity: RankAnswer["weightSimilarity"];
  readonly summary: RankAnswer["diagnosticSummary"];
};

/** The part of a request's context that a report needs. */
type ReportContext = AnalysisContext & { readonly limits: Pick<Limits, "pageSize"> };

/** A degradation below this percentage is acceptable: the default of the API. */
const THRESHOLD_PERCENT = 5;

/**
 * Collects the content of a study's report by executing queries against the public schema, so that reports and API answers
 * always agree.
 *
 * @throws STUDY_NOT_FOUND, EVALUATION_SET_NOT_FOUND
 */
export async function studyReport(
  schema: GraphQLSchema,
  context: ReportContext,
  slug: string,
  { waitSeconds, on }: StudyReportOptions,
): Promise<StudyReport> {
  const known = await context.loaders.studyBySlug.load(slug);
  if (known === undefined) throw failure("STUDY_NOT_FOUND", { where: "slug", received: JSON.stringify(slug) });
  const ranks = await context.loaders.ranks.load(known.id);
  const wait = { waitSeconds: waitSeconds ?? null };
  const details = ranks.map(({ r }) => rankDetails(schema, context, { slug, rank: r, ...wait }));
  const variables = { slug, thresholdPercent: THRESHOLD_PERCENT, ...wait };
  // All are executed together, so that the request's loaders read, and queue, the weights of all ranks in one batch.
  const [{ study }, detailsOfRanks, behaviour] = await Promise.all([
    answer(schema, context, REPORT, variables),
    Promise.all(details),
    on === undefined ? null : behaviourOn(schema, context, { slug, set: on, ...wait }),
  ]);
  const { ranks: degradations, ...rest } = found(study);
  return {
    ...rest,
    thresholdPercent: THRESHOLD_PERCENT,
    experiments: await allExperiments(schema, context, slug),
    ranks: degradations.flatMap((rank, i) => {
      const detail = detailsOfRanks[i];
      return detail === undefined ? [] : [{ ...rank, ...detail }];
    }),
    behaviour,
  };
}

/** Loads the similarity of the weights and the costs at one rank. */
async function rankDetails(
  schema: GraphQLSchema,
  context: ReportContext,
  variables: VariablesOf<typeof REPORTED_RANK>,
): Promise<Pick<ReportedRank, "similarity" | "summary">> {
  const { study } = await answer(schema, context, REPORTED_RANK, variables);
  const { weightSimilarity, diagnosticSummary } = found(study);
  return { similarity: weightSimilarity, summary: diagnosticSummary };
}

/** Loads the behaviour of the study's models. @throws EVALUATION_SET_NOT_FOUND */
async function behaviourOn(
  schema: GraphQLSchema,
  context: ReportContext,
  variables: VariablesOf<typeof REPORTED_BEHAVIOUR>,
): Promise<ReportedBehaviour> {
  const { study } = await answer(schema, context, REPORTED_BEHAVIOUR, variables);
  return { set: variables.set, ranks: found(study).ranks };
}

/** Loads all runs of the study, page by page. */
async function allExperiments(
  schema: GraphQLSchema,
  context: ReportContext,
  slug: string,
): Promise<ReportedExperiment[]> {
  const experiments: ReportedExperiment[] = [];
  let after: string | null = null;
  do {
    const variables: VariablesOf<typeof REPORTED_EXPERIMENTS> = { slug, first: context.limits.pageSize, after };
    const { study } = await answer(schema, context, REPORTED_EXPERIMENTS, variables);
    const { nodes, pageInfo } = found(study).experiments;
    for (const node of nodes) experiments.push(node);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
  return experiments;
}

/** Executes one of the report's own operations. @throws the first error of the answer */
async function answer<Result, Variables extends object>(
  schema: GraphQLSchema,
  context: ReportContext,
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const variableValues = { ...variables } as Record<string, unknown>;
  const { data, errors } = await execute({ schema, document, variableValues, contextValue: context });
  const [error] = errors ?? [];
  if (error !== undefined) throw error.originalError ?? error;
  return data as Result;
}

/** Returns the study of an answer, which this request has loaded before. */
function found<Study>(study: Study | null): Study {
  if (study === null) throw new Error("the study was not found a second time");
  return study;
}
