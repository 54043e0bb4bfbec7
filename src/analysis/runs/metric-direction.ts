import { higherIsBetter } from "../../derive/runs/metric-direction.js";
import type { DirectionSource } from "../../model/enums/direction-source.js";
import { studyDirection } from "../../model/metric-directions.js";
import type { Experiment } from "../../store/studies/experiments.js";

/** Whether higher values of a metric are better, and what says so. Both are null if nothing does. */
export interface MetricDirection {
  readonly higherIsBetter: boolean | null;
  readonly source: DirectionSource | null;
}

const UNKNOWN: MetricDirection = { higherIsBetter: null, source: null };

/**
 * Returns the better direction of a metric: as the request states, else as a person states for the study (updateStudy, then
 * rankscope.yaml), else as the evaluation's files state (`higher_is_better`), else by the metric's name. Unknown if the files
 * contradict each other, or if nothing tells.
 *
 * @param experiments runs of one study
 */
export function metricDirection(
  experiments: readonly Pick<Experiment, "metrics" | "studyDirections">[],
  name: string,
  requested?: boolean | null,
): MetricDirection {
  if (requested != null) return { higherIsBetter: requested, source: "REQUEST" };
  const ofStudy = studyDirection(experiments[0]?.studyDirections, name);
  if (ofStudy?.stated != null) return { higherIsBetter: ofStudy.stated.higherIsBetter, source: "PERSON" };
  if (ofStudy?.imported != null) return { higherIsBetter: ofStudy.imported.higherIsBetter, source: "SETTINGS_FILE" };
  // Results of evaluations have the form task/metric.
  const [stated, contradicting] = name.includes("/") ? evaluationDirections(experiments, name) : [];
  if (contradicting !== undefined) return UNKNOWN;
  if (stated !== undefined) return { higherIsBetter: stated, source: "EVALUATION" };
  const named = higherIsBetter(name);
  return named === null ? UNKNOWN : { higherIsBetter: named, source: "NAME" };
}

type RunMetrics = Pick<Experiment, "metrics">;

/** The directions that the evaluations of each list of runs state, by metric: requests and their fields share them. */
const EVALUATED = new WeakMap<readonly RunMetrics[], ReadonlyMap<string, ReadonlySet<boolean>>>();

/** Returns the different directions that evaluations of the runs state. The runs are read once, whatever the number of names. */
function evaluationDirections(experiments: readonly RunMetrics[], name: string): readonly boolean[] {
  const known = EVALUATED.get(experiments) ?? readDirections(experiments);
  EVALUATED.set(experiments, known);
  return [...(known.get(name) ?? [])];
}

function readDirections(experiments: readonly RunMetrics[]): ReadonlyMap<string, ReadonlySet<boolean>> {
  const directions = new Map<string, Set<boolean>>();
  for (const { metrics } of experiments) {
    for (const metric of metrics) {
      if (metric.higherIsBetter === null) continue;
      const known = directions.get(metric.name);
      if (known === undefined) directions.set(metric.name, new Set([metric.higherIsBetter]));
      else known.add(metric.higherIsBetter);
    }
  }
  return directions;
}
