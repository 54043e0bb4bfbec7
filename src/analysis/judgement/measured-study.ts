import { type SeedAnalysis } from "../../derive/degradation/change-statistics.js";
import type { AcceptanceRule } from "../../derive/degradation/degradation.js";
import {
  choiceName,
  curveName,
  higherIsBetter,
  needsCurves,
  withChosenMetric,
  type MetricChoice,
} from "../../derive/runs/metric-choice.js";
import type { ComparisonRoles, Run } from "../../derive/runs/comparison-roles.js";
import { failure } from "../../errors.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { Loaders } from "../request/loaders.js";
import { rolesOf } from "../runs/select-roles.js";
import { runOf } from "../runs/study-runs.js";
import type { JudgementOptions, MetricOptions } from "./judgement-options.js";

/** A study's runs with the metric that was asked for among their metrics. */
export interface MeasuredStudy {
  readonly experiments: readonly Experiment[];
  readonly runs: readonly Run[];
  readonly roles: ComparisonRoles | undefined;
  /** The name of the metric in `runs`. */
  readonly metric: string;
  readonly higherIsBetter: boolean;
}

/**
 * Loads a study's runs, and the curves that the choice of metric needs.
 *
 * @throws ARGUMENT_INVALID
 */
export async function measuredStudy(
  loaders: Pick<Loaders, "experiments" | "series">,
  studyId: string,
  asked: MetricOptions,
): Promise<MeasuredStudy> {
  const choice = choiceOf(asked);
  const experiments = await loaders.experiments.load(studyId);
  const curves = needsCurves(choice)
    ? await Promise.all(
        experiments.map(({ id }) => loaders.series.load({ experimentId: id, name: curveName(choice.key) })),
      )
    : [];
  const byRun = new Map(curves.flatMap((curve) => (curve === undefined ? [] : [[curve.experimentId, curve] as const])));
  const runs = withChosenMetric(experiments.map(runOf), choice, byRun);
  const { higherIsBetter } = choice;
  return { experiments, runs, roles: rolesOf(runs, asked), metric: choiceName(choice), higherIsBetter };
}

/** @throws ARGUMENT_INVALID */
function choiceOf({ metric, metricKey, at, step, higherIsBetter: isHigher }: MetricOptions): MetricChoice {
  if ((at === "STEP") !== (step != null) || (step != null && step < 0)) {
    throw failure("ARGUMENT_INVALID", {
      where: "step",
      received: `${step ?? "none"} with at: ${at}`,
      allowed: "0 or more with at: STEP, none otherwise",
    });
  }
  const key = metricKey ?? metric;
  return { key, point: at, step, higherIsBetter: isHigher ?? higherIsBetter(key) };
}

/**
 * The rule by which a degradation is judged.
 *
 * @throws ARGUMENT_INVALID
 */
export function acceptanceRule(
  { metric, higherIsBetter: isHigher }: Pick<MeasuredStudy, "metric" | "higherIsBetter">,
  asked: JudgementOptions,
): AcceptanceRule & { readonly analysis: SeedAnalysis } {
  const { thresholdPercent, twoSided, rules, interval, paired } = asked;
  const confidence = within("confidence", asked.confidence, 0.5, 0.999);
  const resamples = within("resamples", asked.resamples, 100, 10_000);
  return {
    ...{ metric, thresholdPercent, higherIsBetter: isHigher },
    twoSided: twoSided || rules === "NOTEBOOK",
    analysis: { interval, confidence, resamples, seed: asked.bootstrapSeed, paired },
  };
}

function within(where: string, value: number, least: number, greatest: number): number {
  if (value >= least && value <= greatest) return value;
  throw failure("ARGUMENT_INVALID", { where, received: String(value), allowed: `${least} to ${greatest}` });
}
