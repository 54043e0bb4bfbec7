import { higherIsBetter } from "../../derive/runs/metric-direction.js";
import type { Experiment } from "../../store/studies/experiments.js";

/**
 * Returns whether higher values of a metric are better: as the evaluation's files state (`higher_is_better`), else by the metric's
 * name. Null if the files contradict each other, or if neither tells.
 */
export function metricDirection(experiments: readonly Pick<Experiment, "metrics">[], name: string): boolean | null {
  // Results of evaluations have the form task/metric.
  if (!name.includes("/")) return higherIsBetter(name);
  const ofList = DIRECTIONS.get(experiments) ?? new Map<string, boolean | null>();
  DIRECTIONS.set(experiments, ofList);
  const known = ofList.get(name);
  if (known !== undefined) return known;
  const direction = findDirection(experiments, name);
  ofList.set(name, direction);
  return direction;
}

/** The directions of each list of experiments by metric: the fields of a request share them. */
const DIRECTIONS = new WeakMap<readonly Pick<Experiment, "metrics">[], Map<string, boolean | null>>();

function findDirection(experiments: readonly Pick<Experiment, "metrics">[], name: string): boolean | null {
  const stated = new Set(
    experiments.flatMap(({ metrics }) => metrics.find((metric) => metric.name === name)?.higherIsBetter ?? []),
  );
  const [direction, contradicting] = [...stated];
  if (contradicting !== undefined) return null;
  return direction ?? higherIsBetter(name);
}
