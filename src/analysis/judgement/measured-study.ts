import type { SeedAnalysis } from "../../derive/degradation/seed-analysis.js";
import type { AcceptanceRule } from "../../derive/degradation/degradation-input.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import {
  choiceName,
  curveName,
  needsCurves,
  withChosenMetric,
  type MetricChoice,
} from "../../derive/runs/metric-choice.js";
import { failure } from "../../errors.js";
import type { DirectionSource } from "../../model/enums/direction-source.js";
import { MetricName } from "../../model/enums/run.js";
import { ITEMS_PER_TURN, mapInTurns } from "../../store/in-turns.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Loaders } from "../request/loaders.js";
import { metricDirection } from "../runs/metric-direction.js";
import { selectRoles } from "../runs/select-roles.js";
import { runsOf } from "../runs/study-runs.js";
import type { JudgementOptions, MetricOptions } from "./judgement-options.js";

/** A study's runs, whose metrics include the selected one. */
export interface MeasuredStudy {
  readonly experiments: readonly Experiment[];
  readonly runs: readonly Run[];
  readonly roles: ComparisonRoles | undefined;
  /** The name of the selected metric in `runs`. */
  readonly metric: string;
  /** Null if the request, the evaluation's files and the metric's name do not tell. */
  readonly higherIsBetter: boolean | null;
  /** Source of the direction; null if it is unknown. */
  readonly directionSource: DirectionSource | null;
}

type StudyLoaders = Pick<Loaders, "experiments" | "studyCurves" | "runsWithSetting">;

/** The measured studies of each request, by study and options: fields and aliases with equal options share one. */
const MEASURED = new WeakMap<StudyLoaders["experiments"], Map<string, Promise<MeasuredStudy>>>();

/**
 * Loads a study's runs, and the curves that the selected metric needs. Calls of one request with equal options return the same
 * object.
 *
 * @throws ARGUMENT_INVALID
 */
export function measuredStudy(loaders: StudyLoaders, studyId: string, options: MetricOptions): Promise<MeasuredStudy> {
  const ofRequest = MEASURED.get(loaders.experiments) ?? new Map<string, Promise<MeasuredStudy>>();
  MEASURED.set(loaders.experiments, ofRequest);
  const { baseline, candidate, metric, metricKey, at, step, higherIsBetter: isHigherBetter } = options;
  const key = JSON.stringify([studyId, baseline, candidate, metric, metricKey, at, step, isHigherBetter]);
  const known = ofRequest.get(key);
  if (known !== undefined) return known;
  const measured = measureStudy(loaders, studyId, options);
  ofRequest.set(key, measured);
  return measured;
}

async function measureStudy(loaders: StudyLoaders, studyId: string, options: MetricOptions): Promise<MeasuredStudy> {
  const experiments = await loaders.experiments.load(studyId);
  const choice = metricChoice(options, experiments);
  const recorded = await runsOf(experiments);
  const runs = needsCurves(choice) ? await chooseFromCurves(loaders, studyId, recorded, choice) : recorded;
  return {
    experiments,
    runs,
    roles: await selectRoles(loaders, experiments, options),
    metric: choiceName(choice),
    higherIsBetter: choice.higherIsBetter,
    directionSource: choice.source,
  };
}

/** Returns the runs with the value of the selected metric that their curves give. */
async function chooseFromCurves(
  { studyCurves }: Pick<StudyLoaders, "studyCurves">,
  studyId: string,
  runs: readonly Run[],
  choice: MetricChoice,
): Promise<readonly Run[]> {
  const curves = await studyCurves.load({ studyId, name: curveName(choice.key) });
  const curveOf = new Map(await mapInTurns(curves, (curve) => [curve.experimentId, curve] as const));
  const points = curves.reduce((sum, { steps }) => sum + steps.length, 0);
  const runsPerTurn = Math.max(1, Math.floor((ITEMS_PER_TURN * runs.length) / (points + runs.length)));
  return mapInTurns(runs, (run) => withChosenMetric(run, choice, curveOf.get(run.id)), runsPerTurn);
}

/** Returns the metric that a study is best judged by: the evaluation loss if a run has one, else the training loss. */
function preferredMetric(experiments: readonly Experiment[]): MetricName {
  const isEvaluated = experiments.some(({ metrics }) => metrics.some(({ name }) => name === MetricName.EVAL_LOSS));
  return isEvaluated ? MetricName.EVAL_LOSS : MetricName.TRAINING_LOSS;
}

/** @throws ARGUMENT_INVALID */
function metricChoice(
  options: MetricOptions,
  experiments: readonly Experiment[],
): MetricChoice & { readonly source: DirectionSource | null } {
  const { at, step } = options;
  const needsStep = at === "STEP";
  const hasStep = step != null;
  if (needsStep !== hasStep || (hasStep && step < 0)) {
    throw failure("ARGUMENT_INVALID", {
      where: "step",
      received: `${step ?? "none"} with at: ${at}`,
      allowed: "0 or more with at: STEP, none otherwise",
    });
  }
  const key = options.metricKey ?? options.metric ?? preferredMetric(experiments);
  const { higherIsBetter, source } = metricDirection(experiments, key, options.higherIsBetter);
  if (at === "BEST" && higherIsBetter === null) {
    throw failure("ARGUMENT_INVALID", {
      where: "higherIsBetter",
      received: "none",
      allowed: `true or false with at: BEST, because the better direction of ${key} is neither stated nor known from its name`,
    });
  }
  return { key, point: at, step, higherIsBetter, source };
}

/**
 * Returns the rule by which a degradation is judged.
 *
 * @throws ARGUMENT_INVALID
 */
export function acceptanceRule(
  { metric, higherIsBetter }: Pick<MeasuredStudy, "metric" | "higherIsBetter">,
  options: JudgementOptions,
): AcceptanceRule & { readonly analysis: SeedAnalysis } {
  return {
    metric,
    thresholdPercent: options.thresholdPercent,
    higherIsBetter,
    twoSided: options.twoSided || options.rules === "NOTEBOOK",
    analysis: {
      interval: options.interval,
      confidence: inRange("confidence", options.confidence, 0.5, 0.999),
      resamples: inRange("resamples", options.resamples, 100, 10_000),
      seed: options.bootstrapSeed,
      paired: options.paired,
    },
  };
}

/** @throws ARGUMENT_INVALID */
function inRange(where: string, value: number, minimum: number, maximum: number): number {
  if (value >= minimum && value <= maximum) return value;
  throw failure("ARGUMENT_INVALID", { where, received: String(value), allowed: `${minimum} to ${maximum}` });
}
