import { degradationByRank } from "../../derive/degradation/degradation.js";
import type { FailureEvidence, RunSpectra } from "../../derive/failure-modes/failure-mode-rule.js";
import type { LoggedCurve } from "../../derive/runs/metric-choice.js";
import { noiseFloorPairs, type NoiseFloor, type SavedAdapter } from "../../derive/similarity/noise-floor.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import type { HypothesisRule, StudyEvidence } from "../../derive/study-evidence.js";
import type { Checkpoint, Experiment } from "../../store/studies/experiments.js";
import type { Layer } from "../../store/studies/layers.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Study } from "../../store/studies/studies.js";
import { comparableCheckpoint } from "../runs/checkpoint-layers.js";
import type { ComparisonAsked } from "../similarity/compare-updates.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { acceptanceRule, measuredStudy, type MeasuredStudy } from "./measured-study.js";
import { together, type Provenance } from "../request/provenance.js";
import { runSettings } from "../runs/run-settings.js";
import { spectraOf } from "../spectra/adapter-spectra.js";
import { byId } from "../runs/study-runs.js";
import type { StudyJudgementOptions } from "./judgement-options.js";
import { waitOf } from "../request/resolve-wait.js";

/** What a study is judged by, and where the cosines come from. */
export interface JudgedStudy {
  readonly measured: MeasuredStudy;
  readonly rule: HypothesisRule;
  readonly evidence: StudyEvidence<Layer>;
  readonly computed: Provenance | null;
}

/** The curves that failure modes are found in. */
const WATCHED_CURVES = ["loss", "eval_loss", "grad_norm"];

/** The facts that hypotheses rest on; the weights of all ranks and of the noise floors are asked about together. */
export async function judgedStudy(
  context: AnalysisContext,
  { id }: Study,
  asked: StudyJudgementOptions,
): Promise<JudgedStudy> {
  const { loaders } = context;
  const waitMilliseconds = waitOf(asked.waitSeconds, context);
  const ranks = await readTogether(context, id);
  const measured = await measuredStudy(loaders, id, asked);
  const { similarityThreshold, sensitivitySpread } = asked;
  const rule = { ...acceptanceRule(measured, asked), similarityThreshold, sensitivitySpread };
  const how = comparisonOf(asked, waitMilliseconds);
  const { baseline, candidate } = asked;
  const [similarities, noiseFloors, settings] = await Promise.all([
    Promise.all(
      ranks.map(({ r }) => loaders.similarity.load({ studyId: id, rank: r, roles: { baseline, candidate }, ...how })),
    ),
    noiseFloorsOf(context, measured, how),
    Promise.all(
      measured.experiments.map(async (experiment) => {
        const run = { experiment, checkpoint: comparableCheckpoint(experiment) };
        return [experiment.id, await runSettings(loaders, run)] as const;
      }),
    ),
  ]);
  const { runs, roles } = measured;
  return {
    ...{ measured, rule },
    evidence: {
      ...{ runs, roles, noiseFloors: noiseFloors.map(({ floor }) => floor) },
      degradations: degradationByRank(runs, rule, roles ?? null),
      similarities: similarities.map(({ similarity }) => similarity),
      settings: new Map(settings),
    },
    computed: together([...similarities, ...noiseFloors].map(({ computed }) => computed)),
  };
}

/** The facts that failure modes rest on: those of hypotheses, the curves of all runs, and the spectra of the compared ones. */
export async function failureEvidence(
  context: AnalysisContext,
  study: Study,
  asked: StudyJudgementOptions,
): Promise<Omit<JudgedStudy, "evidence"> & { readonly evidence: FailureEvidence<Layer> }> {
  const how = comparisonOf(asked, waitOf(asked.waitSeconds, context));
  await readTogether(context, study.id);
  const experiments = await context.loaders.experiments.load(study.id);
  const [judged, curves, spectra] = await Promise.all([
    judgedStudy(context, study, asked),
    Promise.all(experiments.map(async ({ id }) => [id, await curvesOf(context, id)] as const)),
    spectraOfRuns(context, await measuredStudy(context.loaders, study.id, asked), how),
  ]);
  return { ...judged, evidence: { ...judged.evidence, curves: new Map(curves), spectra } };
}

/**
 * Reads what all else follows from, and waits for all of it: what follows is then asked for at one time, in as many
 * statements whatever the study's size.
 */
async function readTogether({ loaders }: AnalysisContext, id: string): Promise<Rank[]> {
  const [ranks] = await Promise.all([
    loaders.ranks.load(id),
    loaders.experiments.load(id),
    loaders.layers.load(id),
    loaders.studyById.load(id),
  ]);
  return ranks;
}

/** The notebook compared B A alone; cosines are the same, distances are not. */
function comparisonOf({ rules }: StudyJudgementOptions, waitMilliseconds: number): ComparisonAsked {
  return { scaling: rules === "NOTEBOOK" ? "NONE" : "ADAPTER", waitMilliseconds };
}

async function noiseFloorsOf(
  { loaders }: AnalysisContext,
  { experiments, runs, roles }: MeasuredStudy,
  how: ComparisonAsked,
): Promise<{ floor: NoiseFloor; computed: Provenance | null }[]> {
  if (roles === undefined) return [];
  const find = byId(experiments);
  const side = ({ run, checkpoint }: SavedAdapter) => {
    const experiment = find(run);
    return { experiment, checkpoint: experiment.checkpoints.find(({ id }) => id === checkpoint) };
  };
  const pairs = noiseFloorPairs(runs, roles, (run) => endLast(find(run)));
  return Promise.all(
    pairs.map(async (pair) => {
      const compared = { baseline: side(pair.left), candidate: side(pair.right), ...how };
      const { summary, computed } = await loaders.comparison.load(compared);
      return { floor: { ...pair, summary }, computed };
    }),
  );
}

/** A run's checkpoints by step, the one that stands for it last; those of later steps, or of none, are not before it. */
function endLast(experiment: Experiment): Checkpoint[] {
  const end = comparableCheckpoint(experiment);
  if (end === undefined) return [];
  const before = experiment.checkpoints.filter(
    ({ id, step }) => id !== end.id && step !== null && (end.step === null || step < end.step),
  );
  return [...before, end];
}

async function curvesOf({ loaders }: AnalysisContext, experimentId: string): Promise<ReadonlyMap<string, LoggedCurve>> {
  const curves = await Promise.all(WATCHED_CURVES.map((name) => loaders.series.load({ experimentId, name })));
  return new Map(curves.flatMap((curve) => (curve === undefined ? [] : [[curve.name, curve] as const])));
}

async function spectraOfRuns(
  { loaders }: AnalysisContext,
  { experiments, runs, roles }: MeasuredStudy,
  how: ComparisonAsked,
): Promise<RunSpectra[]> {
  const find = byId(experiments);
  return Promise.all(
    compared(runs, roles).map(async (run) => {
      const experiment = find(run);
      const at = { experiment, checkpoint: comparableCheckpoint(experiment) };
      const rows = await spectraOf(loaders.weights, loaders, at, how);
      const layers = rows.map(({ layer, ...spectrum }) => ({ layer, spectrum }));
      return { run, layers, pendingJobs: [...new Set(rows.flatMap(({ pendingJob }) => pendingJob ?? []))] };
    }),
  );
}

function compared(runs: readonly Run[], roles: ComparisonRoles | undefined): Run[] {
  if (roles === undefined) return [];
  const { baseline, candidate } = roles;
  return runs.filter(({ id, hasWeights }) => hasWeights && (baseline.runs.has(id) || candidate.runs.has(id)));
}
