import type { LoggedCurve } from "../runs/metric-choice.js";
import { median } from "../statistics/quantile.js";

/** An evaluation loss that rose after its best while the training loss fell. */
export interface Overfitting {
  readonly bestStep: number;
  /** From the best to the last evaluation, percent. */
  readonly percent: number;
}

/** A smaller rise is what evaluations of neighbouring steps differ by anyway, percent. */
const LEAST_RISE_PERCENT = 1;
/** Evaluations after the best that a rise needs: one can be chance. */
const LEAST_EVALUATIONS = 2;

/**
 * Whether a run overfits: its evaluation loss ends more than 1 % above its least, at least two evaluations after it, and the
 * median training loss after that least is below that of as many points before it.
 */
export function overfitting(training: LoggedCurve, evaluation: LoggedCurve): Overfitting | undefined {
  const evaluations = finite(evaluation);
  const last = evaluations.at(-1);
  const [first] = evaluations;
  if (last === undefined || first === undefined) return undefined;
  const best = evaluations.reduce((least, point) => (point.value < least.value ? point : least), first);
  const after = evaluations.filter(({ step }) => step > best.step).length;
  const percent = ((last.value - best.value) / Math.abs(best.value)) * 100;
  // Not so either where the best is 0: there is no percent then.
  if (after < LEAST_EVALUATIONS || !(percent > LEAST_RISE_PERCENT) || !Number.isFinite(percent)) return undefined;
  const losses = finite(training);
  const later = losses.filter(({ step }) => step > best.step).map(({ value }) => value);
  const earlier = losses.filter(({ step }) => step <= best.step).slice(-later.length);
  if (later.length === 0 || earlier.length === 0) return undefined;
  const fell = median(later) < median(earlier.map(({ value }) => value));
  return fell ? { bestStep: best.step, percent } : undefined;
}

function finite({ steps, values }: LoggedCurve): { step: number; value: number }[] {
  return steps.flatMap((step, i) => {
    const value = values[i];
    return value !== undefined && Number.isFinite(value) ? [{ step, value }] : [];
  });
}
