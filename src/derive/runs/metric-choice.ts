import type { Run } from "./comparison-roles.js";

/** Which value of a metric stands for a run. */
export type MetricPoint = "RECORDED" | "BEST" | "LAST" | "STEP";

/** A metric, and which of its values counts. */
export interface MetricChoice {
  /** `training_loss`, `eval_loss`, or any other name that a run has a scalar or a curve of. */
  readonly key: string;
  readonly point: MetricPoint;
  /** The optimizer step with point STEP. */
  readonly step?: number | null | undefined;
  readonly higherIsBetter: boolean;
}

/** A logged curve: values[i] at steps[i], steps ascending; NaN and infinities as logged. */
export interface LoggedCurve {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Endings of names of which more is better. */
const HIGHER_IS_BETTER =
  /(^|_)(accuracy|acc|f1|bleu|rouge[l\d]*|exact_match|token_match|similarity|precision|recall|auc|pass_at_\d+|throughput|(samples|steps|tokens)_per_second)$/i;

/** Whether more of a metric is better, by its name: losses, memory and time are not, accuracies and matches are. */
export function higherIsBetter(key: string): boolean {
  return HIGHER_IS_BETTER.test(key);
}

/** The curve that a scalar is the end of: the Trainer logs the training loss as `loss`. */
export function curveName(key: string): string {
  return key === "training_loss" ? "loss" : key;
}

/** Whether the choice can be read only from curves. */
export function needsCurves({ point }: MetricChoice): boolean {
  return point !== "RECORDED";
}

/** What a choice is called in sentences: `eval_loss`, `the best eval_loss`, `loss at step 500`. */
export function choiceName({ key, point, step }: MetricChoice): string {
  if (point === "RECORDED") return key;
  const curve = curveName(key);
  if (point === "STEP") return `${curve} at step ${step}`;
  return `the ${point.toLowerCase()} ${curve}`;
}

/**
 * `runs` with the chosen value as the metric `choiceName(choice)`. RECORDED is the run's scalar; BEST the least finite value
 * of its curve (the greatest where more is better), LAST the last finite one, STEP the one that was logged at that very
 * step: values in between are not made up. Runs without such a value have no such metric.
 */
export function withChosenMetric(
  runs: readonly Run[],
  choice: MetricChoice,
  curves: ReadonlyMap<string, LoggedCurve>,
): readonly Run[] {
  if (!needsCurves(choice)) return runs;
  const name = choiceName(choice);
  return runs.map((run) => {
    const curve = curves.get(run.id);
    const value = curve && chosen(curve, choice);
    return value === undefined ? run : { ...run, metrics: new Map([...run.metrics, [name, value]]) };
  });
}

function chosen({ steps, values }: LoggedCurve, { point, step, higherIsBetter }: MetricChoice): number | undefined {
  if (point === "STEP") return values[steps.findLastIndex((logged) => logged === step)];
  const finite = values.filter(Number.isFinite);
  if (point === "LAST") return finite.at(-1);
  const better = (left: number, right: number) => (higherIsBetter ? Math.max(left, right) : Math.min(left, right));
  return finite.length === 0 ? undefined : finite.reduce(better);
}
