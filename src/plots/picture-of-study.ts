import { configurationName } from "../derive/runs/configuration-name.js";
import { runsAt } from "../derive/runs/comparison-roles.js";
import type { Study } from "../store/studies.js";
import type { AnalysisContext } from "../analysis/analysis-context.js";
import { measuredStudy, type MeasuredStudy } from "../analysis/judged-study.js";
import type { StudyPlotOptions } from "./plot-options.js";
import { degradationAcrossStudies } from "./kinds/degradation-across-studies.js";
import { layerHeatmap } from "./kinds/layer-heatmap.js";
import { lossCurves, type RunCurve } from "./kinds/loss-curves.js";
import { memoryComparison } from "./kinds/memory-comparison.js";
import { memoryVsPerformance } from "./kinds/memory-vs-performance.js";
import { rankThresholdPlot } from "./kinds/rank-threshold.js";
import type { Subject } from "./kinds/sides.js";
import { similarityMatrixPlot } from "./kinds/similarity-matrix.js";
import { singularValueSpectra } from "./kinds/singular-value-spectra.js";
import { trainingEfficiency } from "./kinds/training-efficiency.js";
import { weightSimilarity } from "./kinds/weight-similarity.js";
import type { Picture } from "./picture.js";
import { acrossFacts } from "./read-across.js";
import {
  memoryComparisonFacts,
  memoryVsPerformanceFacts,
  rankThresholdFacts,
  trainingEfficiencyFacts,
} from "./read-metrics.js";
import { subjectOf } from "./read-subject.js";
import {
  layerHeatmapFacts,
  rankShown,
  runsSimilarityFacts,
  spectraFacts,
  weightSimilarityFacts,
  type Awaited,
} from "./read-weights.js";
import { untilComputed } from "./until-computed.js";

/** A picture with the ids of the jobs that it waits for. */
export interface StudyPicture {
  readonly picture: Picture;
  readonly pendingJobs: readonly string[];
}

/**
 * The picture of a study that was asked for, from the answers of the fields that give the same numbers.
 *
 * @throws ARGUMENT_INVALID
 */
export async function pictureOfStudy(
  context: AnalysisContext,
  study: Study,
  asked: StudyPlotOptions,
): Promise<StudyPicture> {
  const measured = await measuredStudy(context.loaders, study.id, asked);
  const subject = subjectOf(study, measured);
  const ofRank = measuredAt(measured, rankAsked(study, measured, asked));
  switch (asked.kind) {
    case "MEMORY_COMPARISON":
      return ready(memoryComparison(subject, memoryComparisonFacts(ofRank, asked)));
    case "TRAINING_EFFICIENCY":
      return ready(trainingEfficiency(subject, trainingEfficiencyFacts(ofRank, asked)));
    case "RANK_THRESHOLD":
      return ready(rankThresholdPlot(subject, rankThresholdFacts(measured, asked)));
    case "MEMORY_VS_PERFORMANCE":
      return ready(memoryVsPerformance(subject, memoryVsPerformanceFacts(ofRank)));
    case "LOSS_CURVES":
      return ready(lossCurves(subject, { rank: asked.rank ?? null, curves: await loggedCurves(context, ofRank) }));
    case "DEGRADATION_ACROSS_STUDIES":
      return ready(degradationAcrossStudies(await acrossFacts(context, { studies: [study], notes: [] }, asked)));
    case "SIMILARITY_MATRIX":
      return awaited(subject, similarityMatrixPlot, await runsSimilarityFacts(context, measured, asked));
    case "WEIGHT_SIMILARITY":
    case "LAYER_HEATMAP":
    case "SINGULAR_VALUE_SPECTRA":
      return pictureOfWeights(context, study, measured, asked);
  }
}

/** One of the pictures that show the weights of one rank. */
async function pictureOfWeights(
  context: AnalysisContext,
  study: Study,
  measured: MeasuredStudy,
  asked: StudyPlotOptions,
): Promise<StudyPicture> {
  const subject = subjectOf(study, measured);
  const rank = rankShown(study, measured, asked.rank);
  if (rank === null) return awaited(subject, weightSimilarity, NO_RUNS);
  if (asked.kind === "LAYER_HEATMAP") {
    return awaited(subject, layerHeatmap, await layerHeatmapFacts(context, study, rank, asked));
  }
  if (asked.kind === "SINGULAR_VALUE_SPECTRA") {
    return awaited(subject, singularValueSpectra, await spectraFacts(context, measured, rank, asked));
  }
  return awaited(subject, weightSimilarity, await weightSimilarityFacts(context, study, rank, asked));
}

/** A study always has a run; were there one without, its picture would say so. */
const NO_RUNS = {
  facts: {
    ...{ rank: 0, baseline: null, candidate: null, sharedStart: null, initialCosine: null },
    ...{ layers: [], mean: null, threshold: 0 },
  },
  pendingJobs: [],
};

const ready = (picture: Picture): StudyPicture => ({ picture, pendingJobs: [] });

/** While some of it is computed there is no picture: half the layers say nothing of the whole. */
function awaited<Facts>(
  subject: Subject,
  draw: (subject: Subject, facts: Facts) => Picture,
  { facts, pendingJobs }: Awaited<Facts>,
): StudyPicture {
  const picture = draw(subject, facts);
  return { picture: pendingJobs.length > 0 ? untilComputed(picture) : picture, pendingJobs };
}

/** @throws ARGUMENT_INVALID where the study has no such rank */
function rankAsked(study: Study, measured: MeasuredStudy, { rank }: StudyPlotOptions): number | null {
  return rank == null ? null : rankShown(study, measured, rank);
}

function measuredAt(measured: MeasuredStudy, rank: number | null): MeasuredStudy {
  if (rank === null) return measured;
  const everyone = { name: "", runs: new Set(measured.runs.map(({ id }) => id)) };
  return {
    ...measured,
    runs: runsAt(measured.runs, everyone, rank),
    experiments: measured.experiments.filter((experiment) => experiment.rank.r === rank),
  };
}

/** The loss curves of all runs, read together. */
async function loggedCurves({ loaders }: AnalysisContext, { runs }: MeasuredStudy): Promise<RunCurve[]> {
  const keys = runs.flatMap((run) => ["loss", "eval_loss"].map((curve) => ({ run, curve })));
  const found = await Promise.all(
    keys.map(async ({ run, curve }) => {
      const series = await loaders.series.load({ experimentId: run.id, name: curve });
      if (series === undefined) return [];
      const { steps, values } = series;
      return [{ run: run.name, configuration: configurationName(run), rank: run.rank, curve, steps, values }];
    }),
  );
  return found.flat();
}
