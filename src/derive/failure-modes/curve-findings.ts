import type { LoggedCurve } from "../runs/metric-choice.js";
import { evaluationRise, type EvaluationRise } from "./evaluation-rise.js";
import { findSpikes, type Spike } from "./find-spikes.js";

/** The curves in which failure modes are detected. */
export const WATCHED_CURVES = ["loss", "eval_loss", "grad_norm"] as const;

/** The curves of one run by name. */
export type RunCurves = ReadonlyMap<string, LoggedCurve>;

/** Findings in the curves of one run, for failure modes. They depend on no argument of a request. */
export interface CurveFindings {
  readonly lossSpikes: readonly Spike[];
  readonly gradientSpikes: readonly Spike[];
  /** Undefined if the run does not overfit. */
  readonly evaluationRise: EvaluationRise | undefined;
  /** The steps with NaN or infinite values of each curve that has some. */
  readonly nonFinite: readonly { readonly name: string; readonly steps: readonly number[] }[];
}

/** Reads the curves of one run. Takes about a microsecond for each point. */
export function curveFindings(curves: RunCurves): CurveFindings {
  const loss = curves.get("loss");
  const evaluation = curves.get("eval_loss");
  const gradients = curves.get("grad_norm");
  return {
    lossSpikes: loss === undefined ? [] : findSpikes(loss),
    gradientSpikes: gradients === undefined ? [] : findSpikes(gradients),
    evaluationRise: loss && evaluation && evaluationRise(loss, evaluation),
    nonFinite: [...curves].flatMap(([name, { steps, values }]) => {
      const nonFiniteSteps = steps.filter((_, i) => !Number.isFinite(values[i]));
      return nonFiniteSteps.length === 0 ? [] : [{ name, steps: nonFiniteSteps }];
    }),
  };
}
