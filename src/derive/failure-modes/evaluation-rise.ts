import { finitePoints, type LoggedCurve } from "../runs/metric-choice.js";
import { median } from "../statistics/order-statistics.js";

/** A rise of the evaluation loss after its best value, while the training loss fell. */
export interface EvaluationRise {
  readonly bestStep: number;
  /** From the best to the last evaluation, in percent. */
  readonly percent: number;
}

/** Minimum rise in percent. Evaluations at neighbouring steps differ by less anyway. */
const MIN_RISE_PERCENT = 1;
/** Minimum number of evaluations after the best one. A single one may be chance. */
const MIN_EVALUATIONS = 2;

/**
 * Returns the rise of the evaluation loss if the run overfits: the loss ends more than 1 % above its minimum, with at least
 * two evaluations after it, and the median training loss after the minimum is below that of as many points before it.
 * Undefined otherwise.
 */
export function evaluationRise(training: LoggedCurve, evaluation: LoggedCurve): EvaluationRise | undefined {
  const evaluations = finitePoints(evaluation);
  const first = evaluations.at(0);
  const last = evaluations.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const best = evaluations.reduce((minimum, point) => (point.value < minimum.value ? point : minimum), first);
  const evaluationsAfter = evaluations.filter(({ step }) => step > best.step).length;
  // The percent is not finite if the best loss is 0.
  const percent = ((last.value - best.value) / Math.abs(best.value)) * 100;
  if (!Number.isFinite(percent) || percent <= MIN_RISE_PERCENT || evaluationsAfter < MIN_EVALUATIONS) return undefined;
  return trainingLossFalls(training, best.step) ? { bestStep: best.step, percent } : undefined;
}

/** Returns whether the median training loss after `step` is below that of as many points up to `step`. */
function trainingLossFalls(training: LoggedCurve, step: number): boolean {
  const points = finitePoints(training);
  const after = points.filter((point) => point.step > step).map(({ value }) => value);
  if (after.length === 0) return false;
  const before = points
    .filter((point) => point.step <= step)
    .slice(-after.length)
    .map(({ value }) => value);
  return before.length > 0 && median(after) < median(before);
}
