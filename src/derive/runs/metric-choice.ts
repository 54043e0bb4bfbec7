import type { MetricPoint } from "../../model/enums/run.js";
import type { Run } from "./comparison-roles.js";

/** A metric and the value of it that represents a run. */
export interface MetricChoice {
  /** `training_loss`, `eval_loss`, or any other scalar or curve of a run. */
  readonly key: string;
  readonly point: MetricPoint;
  /** Optimizer step. Only with point STEP. */
  readonly step?: number | null | undefined;
  /** Null if unknown. The best value of a curve is then unknown too. */
  readonly higherIsBetter: boolean | null;
}

/** A logged curve: `values[i]` at `steps[i]`, steps ascending. Values may be NaN or infinite, as logged. */
export interface LoggedCurve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** Whether `steps` are epochs, so that none of them is an optimizer step. */
  readonly byEpoch?: boolean;
}

export interface CurvePoint {
  readonly step: number;
  readonly value: number;
}

/** Returns the name of the curve that belongs to a scalar. The Trainer logs the training loss as `loss`. */
export function curveName(key: string): string {
  return key === "training_loss" ? "loss" : key;
}

/** Returns whether the choice needs logged curves. */
export function needsCurves({ point }: MetricChoice): boolean {
  return point !== "RECORDED";
}

/** Returns the name of a choice in sentences: `eval_loss`, `the best eval_loss`, `loss at step 500`. */
export function choiceName({ key, point, step }: MetricChoice): string {
  if (point === "RECORDED") return key;
  const curve = curveName(key);
  return point === "STEP" ? `${curve} at step ${step}` : `the ${point.toLowerCase()} ${curve}`;
}

/**
 * Returns a run with the chosen value as the metric `choiceName(choice)`; the run itself without such a value. RECORDED is the
 * scalar of the run; BEST the best finite value of its curve; LAST the last value, NaN if the run diverged; STEP the value at
 * exactly that step, without interpolation.
 *
 * @param curve undefined if the run did not log it
 */
export function withChosenMetric(run: Run, choice: MetricChoice, curve: LoggedCurve | undefined): Run {
  const value = curve === undefined || !needsCurves(choice) ? undefined : chosenValue(curve, choice);
  return value === undefined ? run : { ...run, metrics: new Map([...run.metrics, [choiceName(choice), value]]) };
}

/** Returns the points of a curve whose values are finite. */
export function finitePoints({ steps, values }: LoggedCurve): CurvePoint[] {
  return steps.flatMap((step, i) => {
    const value = values[i];
    return value !== undefined && Number.isFinite(value) ? [{ step, value }] : [];
  });
}

function chosenValue({ steps, values, byEpoch }: LoggedCurve, choice: MetricChoice): number | undefined {
  if (choice.point === "STEP")
    return byEpoch === true ? undefined : values[steps.findLastIndex((step) => step === choice.step)];
  if (choice.point === "LAST") return values.at(-1);
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return values.at(-1);
  if (choice.higherIsBetter === null) return undefined;
  const better = choice.higherIsBetter ? Math.max : Math.min;
  return finite.reduce((best, value) => better(best, value));
}
