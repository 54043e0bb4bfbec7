import { pairAt } from "../derive/runs/comparison-roles.js";
import { spectrumRange } from "../derive/spectra/spectrum-range.js";
import { failure, RankscopeError } from "../errors.js";
import type { Experiment } from "../store/experiments.js";
import type { Study } from "../store/studies.js";
import { comparableCheckpoint } from "../analysis/checkpoint-layers.js";
import type { ComparedLayer } from "../analysis/compared-layers.js";
import type { AnalysisContext } from "../analysis/analysis-context.js";
import type { MeasuredStudy } from "../analysis/judged-study.js";
import { matrixOf } from "../analysis/matrix-of.js";
import { comparedParts } from "../analysis/parts-of.js";
import { similarityAt } from "../analysis/similarity-at.js";
import type { StudySimilarity } from "../analysis/similarity-loader.js";
import { spectraOf, type AdapterLayer } from "../analysis/spectra-of.js";
import { byId } from "../analysis/study-runs.js";
import type { StudyPlotOptions } from "./plot-options.js";
import { waitOf } from "../analysis/wait.js";
import type { DividedLayer, LayerHeatmap } from "./kinds/layer-heatmap.js";
import type { RunsSimilarity } from "./kinds/similarity-matrix.js";
import type { ModuleSpectrum, SpectraFacts } from "./kinds/singular-value-spectra.js";
import type { WeightSimilarityFacts } from "./kinds/weight-similarity.js";
import type { ComparedRuns } from "./kinds/weights-subject.js";

/** Facts from weights, with the ids of the jobs that some of them wait for. */
export interface Awaited<Facts> {
  readonly facts: Facts;
  readonly pendingJobs: readonly string[];
}

/** 64 runs are 4096 cells: more than a picture shows. */
const MOST_RUNS = 64;

/**
 * The rank that a picture of one rank shows: the one asked for, or the largest of which both sides have weights, or the
 * largest.
 *
 * @throws ARGUMENT_INVALID where the study has no such rank
 */
export function rankShown(
  study: Study,
  { runs, roles }: MeasuredStudy,
  asked: number | null | undefined,
): number | null {
  const ranks = [...new Set(runs.map(({ rank }) => rank))].sort((left, right) => right - left);
  if (asked != null) {
    if (ranks.includes(asked)) return asked;
    const allowed = [...ranks].reverse().join(", ");
    throw failure("ARGUMENT_INVALID", { where: `rank of study ${study.slug}`, received: String(asked), allowed });
  }
  const hasWeights = (ids: ReadonlySet<string>, rank: number) =>
    runs.some((run) => run.rank === rank && run.hasWeights && ids.has(run.id));
  const both = (rank: number) =>
    roles !== undefined && hasWeights(roles.baseline.runs, rank) && hasWeights(roles.candidate.runs, rank);
  return ranks.find(both) ?? ranks[0] ?? null;
}

export async function weightSimilarityFacts(
  context: AnalysisContext,
  study: Study,
  rank: number,
  asked: StudyPlotOptions,
): Promise<Awaited<WeightSimilarityFacts>> {
  const compared = await comparedAt(context, study, rank, asked);
  const { similarity, layers } = compared;
  return {
    facts: {
      ...comparedRuns(rank, compared),
      layers: layers.map(layerCosine),
      ...{ mean: similarity.mean, threshold: asked.similarityThreshold },
    },
    pendingJobs: similarity.pendingJobs,
  };
}

export async function layerHeatmapFacts(
  context: AnalysisContext,
  study: Study,
  rank: number,
  asked: StudyPlotOptions,
): Promise<Awaited<LayerHeatmap>> {
  const compared = await comparedAt(context, study, rank, asked);
  const pendingJobs = new Set(compared.similarity.pendingJobs);
  const layers = await Promise.all(
    compared.layers.map(async (layer): Promise<DividedLayer> => {
      const parts = await comparedParts(layer, context);
      for (const { updates } of parts)
        if (updates.similarity.pendingJob !== null) pendingJobs.add(updates.similarity.pendingJob);
      return {
        ...layerCosine(layer),
        parts: parts.map(({ part: { name }, updates: { similarity } }) => ({
          ...{ name, cosine: similarity.cosineSimilarity, undefinedReason: similarity.undefinedReason },
        })),
      };
    }),
  );
  return { facts: { ...comparedRuns(rank, compared), layers }, pendingJobs: [...pendingJobs] };
}

export async function spectraFacts(
  { loaders, ...context }: AnalysisContext,
  { experiments, runs, roles }: MeasuredStudy,
  rank: number,
  asked: StudyPlotOptions,
): Promise<Awaited<SpectraFacts>> {
  const how = { scaling: asked.scaling, waitMilliseconds: waitOf(asked.waitSeconds, context) };
  const pair = roles === undefined ? { baseline: null, candidate: null } : pairAt(runs, roles, rank);
  const sides = (["baseline", "candidate"] as const).map((role) => ({ side: roles?.[role].name, run: pair[role] }));
  const find = byId(experiments);
  const found = await Promise.all(
    sides.map(async ({ side, run }) => {
      if (side === undefined || run === null) return { modules: [], pending: [] };
      const experiment = find(run);
      const checkpoint = comparableCheckpoint(experiment);
      const layers = await spectraOf(loaders.weights, loaders, { experiment, checkpoint }, how);
      return { modules: byModule(side, layers), pending: layers.flatMap(({ pendingJob }) => pendingJob ?? []) };
    }),
  );
  return {
    facts: {
      ...{ rank, baseline: pair.baseline?.name ?? null, candidate: pair.candidate?.name ?? null },
      ...{ sharedStart: null, initialCosine: null, modules: found.flatMap(({ modules }) => modules) },
    },
    pendingJobs: [...new Set(found.flatMap(({ pending }) => pending))],
  };
}

/** All pairs of the study's runs, or of those of one rank. What is too much for one picture is said, not cut. */
export async function runsSimilarityFacts(
  context: AnalysisContext,
  { experiments }: MeasuredStudy,
  asked: StudyPlotOptions,
): Promise<Awaited<RunsSimilarity>> {
  const { loaders } = context;
  const rank = asked.rank ?? null;
  const ofRank = experiments.filter((experiment) => rank === null || experiment.rank.r === rank);
  const runs = ofRank.flatMap((experiment) => {
    const checkpoint = comparableCheckpoint(experiment);
    return checkpoint === undefined ? [] : [{ experiment, checkpoint }];
  });
  const shared = {
    rank,
    runs: runs.map(({ experiment }) => experiment.name),
    withoutWeights: ofRank.length - runs.length,
  };
  const without = (missing: string) => ({ facts: { ...shared, matrix: { missing } }, pendingJobs: [] });
  if (runs.length === 0) return without(`No run${rank === null ? "" : ` of rank ${rank}`} has weights.`);
  if (runs.length > MOST_RUNS) {
    return without(`${runs.length} runs have weights, and a picture has at most ${MOST_RUNS}: ask for one rank.`);
  }
  const how = {
    measure: "COSINE",
    scaling: asked.scaling,
    waitMilliseconds: waitOf(asked.waitSeconds, context),
  } as const;
  try {
    const matrix = await matrixOf(loaders.weights, loaders, runs, how);
    return { facts: { ...shared, matrix }, pendingJobs: matrix.pendingJobs };
  } catch (error) {
    if (error instanceof RankscopeError && error.code === "ARGUMENT_INVALID") return without(error.message);
    throw error;
  }
}

function comparedAt(
  context: AnalysisContext,
  study: Study,
  rank: number,
  asked: StudyPlotOptions,
): Promise<StudySimilarity> {
  const { scaling, baseline, candidate } = asked;
  const waitMilliseconds = waitOf(asked.waitSeconds, context);
  return similarityAt(context, study, rank, { scaling, waitMilliseconds, roles: { baseline, candidate } });
}

function comparedRuns(rank: number, { baseline, candidate, similarity }: StudySimilarity): ComparedRuns {
  const nameOf = (experiment: Experiment | null) => experiment?.name ?? null;
  const { sharedStart, initialCosine } = similarity;
  return { rank, baseline: nameOf(baseline), candidate: nameOf(candidate), sharedStart, initialCosine };
}

function layerCosine({ layer: { name, index, module }, similarity }: ComparedLayer) {
  return { name, index, module, cosine: similarity.cosineSimilarity, undefinedReason: similarity.undefinedReason };
}

function byModule(side: string, layers: readonly AdapterLayer[]): ModuleSpectrum[] {
  const modules = [...new Set(layers.map(({ layer }) => layer.module))];
  return modules.map((module) => {
    const own = layers.filter(({ layer }) => layer.module === module);
    return {
      ...{ side, module },
      range: spectrumRange(own.map(({ singularValues }) => singularValues)),
      undefinedReasons: own.flatMap(({ singularValues, undefinedReason }) =>
        singularValues.length === 0 && undefinedReason !== null ? [undefinedReason] : [],
      ),
    };
  });
}
