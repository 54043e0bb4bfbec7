import type { FailureEvidence, RunSpectra } from "../../derive/failure-modes/failure-mode-rule.js";
import { WATCHED_CURVES, type CurveFindings } from "../../derive/failure-modes/curve-findings.js";
import type { RunSettings } from "../../derive/runs/run-settings.js";
import { groupRuns, type Run } from "../../derive/runs/comparison-roles.js";
import type { LoggedCurve } from "../../derive/runs/metric-choice.js";
import type { NoiseFloor, SavedAdapter } from "../../derive/similarity/noise-floor.js";
import type { HypothesisRule, StudyEvidence } from "../../derive/study-evidence.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Layer } from "../../store/studies/layers.js";
import { mapInTurns } from "../../store/in-turns.js";
import type { Rank } from "../../store/studies/ranks.js";
import type { Series } from "../../store/studies/series.js";
import type { Study } from "../../store/studies/studies.js";
import { resolveWait, type AnalysisContext } from "../request/analysis-context.js";
import { SharedResults } from "../request/shared-results.js";
import { mergeProvenances, type Provenance } from "../request/provenance.js";
import { finalCheckpoint, type RunCheckpoint } from "../runs/run-checkpoint.js";
import { settingsOfStudy } from "../runs/run-settings.js";
import { rolesKey } from "../runs/select-roles.js";
import { experimentFinder } from "../runs/study-runs.js";
import type { CheckpointComparison } from "../similarity/comparison-loader.js";
import type { ComparisonOptions } from "../similarity/compare-updates.js";
import { adapterSpectra } from "../spectra/adapter-spectra.js";
import type { StudyJudgementOptions } from "./judgement-options.js";
import { comparedRuns, noiseFloorsOf, type NoiseFloorPairs } from "./role-results.js";
import { acceptanceRule, measuredStudy, type MeasuredStudy } from "./measured-study.js";

/** The rule and the evidence by which a study is judged. */
export interface JudgedStudy {
  readonly measured: MeasuredStudy;
  readonly rule: HypothesisRule;
  readonly evidence: StudyEvidence<Layer>;
  /** The provenance of the cosines. */
  readonly computed: Provenance | null;
  /** Whether every request of the study's revision with these options would get this result. */
  readonly isComplete: boolean;
}

/** Loads the evidence for hypotheses. The facts about weights of all ranks and noise floors are requested in one batch. */
export function judgedStudy(
  context: AnalysisContext,
  study: Study,
  options: StudyJudgementOptions,
): Promise<JudgedStudy> {
  const comparison = comparisonOptions(options, context);
  return keptResult(context, study.id, `judged ${optionsKey(options, comparison)}`, () =>
    judgeStudy(context, study, options, comparison),
  );
}

/** Returns the kept result of a study, or derives it. */
async function keptResult<Result extends Pick<JudgedStudy, "evidence" | "isComplete">>(
  { loaders: { kept } }: AnalysisContext,
  studyId: string,
  part: string,
  derive: () => Promise<Result>,
): Promise<Result> {
  const known = kept.get({ studyId, part }) as Result | undefined;
  if (known !== undefined) return known;
  const result = await derive();
  const { runs: _, roles: __, settings: ___, ...own } = result.evidence;
  if (result.isComplete) kept.keep({ studyId, part }, result, own);
  return result;
}

/** Returns a text that is equal for equal options, whatever the order of their fields. */
function optionsKey(options: StudyJudgementOptions, { waitMilliseconds }: ComparisonOptions): string {
  const fields = Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([waitMilliseconds, rolesKey(options), fields]);
}

async function judgeStudy(
  context: AnalysisContext,
  { id }: Study,
  options: StudyJudgementOptions,
  comparison: ComparisonOptions,
): Promise<JudgedStudy> {
  const { loaders } = context;
  const ranks = await preload(context, id);
  const measured = await measuredStudy(loaders, id, options);
  await context.derivations.inSteps(groupRuns(measured.runs, measured.roles));
  const floors = await noiseFloorsOf(context, measured);
  const { baseline, candidate, similarityThreshold, sensitivitySpread } = options;
  const rule = { ...acceptanceRule(measured, options), similarityThreshold, sensitivitySpread };
  const roles = { baseline, candidate };
  const [similarities, noiseFloors, settings, degradations] = await Promise.all([
    Promise.all(ranks.map(({ r }) => loaders.similarity.load({ studyId: id, rank: r, roles, ...comparison }))),
    measureNoiseFloors(context, floors, measured, comparison),
    settingsByRun(context, id, measured.experiments),
    context.derivations.degradations({ runs: measured.runs, roles: measured.roles, rule }),
  ]);
  return {
    measured,
    rule,
    evidence: {
      runs: measured.runs,
      roles: measured.roles,
      noiseFloors: noiseFloors.map(({ floor }) => floor),
      degradations,
      similarities: similarities.map(({ similarity }) => similarity),
      settings,
    },
    computed: mergeProvenances([...similarities, ...noiseFloors].map(({ computed }) => computed)),
    isComplete: [...similarities, ...noiseFloors].every((one) => one.isComplete),
  };
}

/** Loads the evidence for failure modes: that for hypotheses, all runs' curves, and the spectra of the compared runs. */
export function failureEvidence(
  context: AnalysisContext,
  study: Study,
  options: StudyJudgementOptions,
): Promise<FailureStudy> {
  const comparison = comparisonOptions(options, context);
  return keptResult(context, study.id, `failures ${optionsKey(options, comparison)}`, () =>
    loadFailureEvidence(context, study, options, comparison),
  );
}

type FailureStudy = JudgedStudy & { readonly evidence: FailureEvidence<Layer> };

async function loadFailureEvidence(
  context: AnalysisContext,
  study: Study,
  options: StudyJudgementOptions,
  comparison: ComparisonOptions,
): Promise<FailureStudy> {
  await preload(context, study.id);
  const [judged, curves, spectra] = await Promise.all([
    judgedStudy(context, study, options),
    findingsByRun(context, study.id),
    spectraOfComparedRuns(context, await measuredStudy(context.loaders, study.id, options), comparison),
  ]);
  return {
    ...judged,
    evidence: { ...judged.evidence, curves, spectra: spectra.map(({ isComplete: _, ...ofRun }) => ofRun) },
    isComplete: judged.isComplete && spectra.every(({ isComplete }) => isComplete),
  };
}

/**
 * Loads what all other reads follow from. The loaders then send these in one wave, so that the number of statements does not
 * grow with the study.
 */
async function preload({ loaders }: AnalysisContext, studyId: string): Promise<Rank[]> {
  const [ranks] = await Promise.all([
    loaders.ranks.load(studyId),
    loaders.experiments.load(studyId),
    loaders.layers.load(studyId),
    loaders.studyById.load(studyId),
  ]);
  return ranks;
}

/** The notebook compared B A without scaling: cosines are the same, distances differ. @throws ARGUMENT_INVALID */
function comparisonOptions({ rules, waitSeconds }: StudyJudgementOptions, context: AnalysisContext): ComparisonOptions {
  return {
    scaling: rules === "NOTEBOOK" ? "NONE" : "ADAPTER",
    waitMilliseconds: resolveWait(waitSeconds, context),
  };
}

type FindingsByRun = ReadonlyMap<string, CurveFindings>;

/** Findings in the curves of each study, by the list of its first curves. They depend on no argument. */
const FINDINGS = new SharedResults<readonly Series[], FindingsByRun>();

async function findingsByRun({ loaders, derivations }: AnalysisContext, studyId: string): Promise<FindingsByRun> {
  const series = await loaders.studyCurves.loadMany(WATCHED_CURVES.map((name) => ({ studyId, name })));
  const curves = series.map((ofName) => {
    if (ofName instanceof Error) throw ofName;
    return ofName;
  });
  const [key] = curves;
  if (key === undefined) return new Map();
  return FINDINGS.get(key, derivations, () => findInCurves(derivations, curves));
}

async function findInCurves(
  derivations: AnalysisContext["derivations"],
  curves: readonly (readonly Series[])[],
): Promise<FindingsByRun> {
  const curvesOf = new Map<string, Map<string, LoggedCurve>>();
  for (const ofName of curves) {
    await mapInTurns(ofName, (curve) => {
      const ofRun = curvesOf.get(curve.experimentId) ?? new Map<string, LoggedCurve>();
      curvesOf.set(curve.experimentId, ofRun.set(curve.name, curve));
    });
  }
  const findings = await derivations.curveFindings([...curvesOf.values()]);
  return new Map([...curvesOf.keys()].map((run, i) => [run, findings[i] as CurveFindings]));
}

/** The settings of each list of experiments. */
const SETTINGS = new SharedResults<readonly Experiment[], ReadonlyMap<string, RunSettings>>();

function settingsByRun({ loaders }: AnalysisContext, studyId: string, experiments: readonly Experiment[]) {
  return SETTINGS.get(experiments, loaders, () => settingsOfStudy(loaders, studyId));
}

interface MeasuredFloor extends Pick<CheckpointComparison, "computed" | "isComplete"> {
  readonly floor: NoiseFloor;
}

async function measureNoiseFloors(
  { loaders }: AnalysisContext,
  pairs: NoiseFloorPairs,
  { experiments }: MeasuredStudy,
  comparison: ComparisonOptions,
): Promise<MeasuredFloor[]> {
  if (pairs.length === 0) return [];
  const experimentOf = experimentFinder(experiments);
  const runCheckpoint = ({ run, checkpoint }: SavedAdapter): RunCheckpoint => {
    const experiment = experimentOf(run);
    return { experiment, checkpoint: experiment.checkpoints.find(({ id }) => id === checkpoint) };
  };
  return Promise.all(
    pairs.map(async (pair) => {
      const { summary, computed, isComplete } = await loaders.comparison.load({
        baseline: runCheckpoint(pair.left),
        candidate: runCheckpoint(pair.right),
        ...comparison,
      });
      return { floor: { ...pair, summary }, computed, isComplete };
    }),
  );
}

/** The spectra of a run, and whether no later request gets others. */
interface LoadedSpectra extends RunSpectra {
  readonly isComplete: boolean;
}

async function spectraOfComparedRuns(
  context: AnalysisContext,
  measured: MeasuredStudy,
  comparison: ComparisonOptions,
): Promise<LoadedSpectra[]> {
  const compared = await comparedRuns(context, measured);
  if (compared.length === 0) return [];
  const experimentOf = experimentFinder(measured.experiments);
  return Promise.all(compared.map((run) => runSpectra(context, run, experimentOf(run), comparison)));
}

async function runSpectra(
  { loaders }: AnalysisContext,
  run: Run,
  experiment: Experiment,
  comparison: ComparisonOptions,
): Promise<LoadedSpectra> {
  const checkpoint = finalCheckpoint(experiment);
  const rows = await adapterSpectra(loaders.weights, loaders, { experiment, checkpoint }, comparison);
  return {
    run,
    layers: rows.map(({ layer, ...spectrum }) => ({ layer, spectrum })),
    pendingJobs: [...new Set(rows.flatMap(({ pendingJob }) => pendingJob ?? []))],
    isComplete: rows.every(({ computed }) => computed?.cached ?? checkpoint === undefined),
  };
}
