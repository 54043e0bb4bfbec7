import type { LoggedCurve, RunLog } from "../logs/run-log.js";

/** The event files of one run, merged. */
export interface MergedStarts {
  readonly log: RunLog;
  /** Step from which each later start continued, in the order of time. */
  readonly restarts: readonly number[];
}

/**
 * Merges the event files of one run. Each file is one start of the training program. Points of earlier starts at or after the
 * first step of a later start's curve are dropped: training continued from there. Later settings replace earlier ones.
 */
export function mergeStarts(files: readonly RunLog[]): MergedStarts {
  const inOrder = [...files].sort((left, right) => (left.startedAt ?? 0) - (right.startedAt ?? 0));
  const curves = new Map<string, LoggedCurve>();
  const restarts: number[] = [];
  for (const file of inOrder) {
    const firstSteps: number[] = [];
    for (const [name, curve] of file.curves) {
      const earlier = curves.get(name);
      const [firstStep] = curve.steps;
      if (earlier === undefined || firstStep === undefined) {
        curves.set(name, curve);
        continue;
      }
      firstSteps.push(firstStep);
      curves.set(name, continued(earlier, curve, firstStep));
    }
    if (firstSteps.length > 0) restarts.push(firstSteps.reduce((smallest, step) => Math.min(smallest, step)));
  }
  return {
    log: {
      name: null,
      startedAt: inOrder[0]?.startedAt ?? null,
      settings: new Map(inOrder.flatMap(({ settings }) => [...settings])),
      metrics: new Map(inOrder.flatMap(({ metrics }) => [...metrics])),
      curves,
      damage: inOrder.find(({ damage }) => damage !== null)?.damage ?? null,
    },
    restarts,
  };
}

/** Joins two curves; of the earlier one, only steps before `firstStep` are kept. */
export function continued(earlier: LoggedCurve, later: LoggedCurve, firstStep: number): LoggedCurve {
  const firstDropped = earlier.steps.findIndex((step) => step >= firstStep);
  const kept = firstDropped === -1 ? earlier.steps.length : firstDropped;
  const join = (before: readonly number[], after: readonly number[]): number[] => [...before.slice(0, kept), ...after];
  const hasWallTimes = earlier.wallTimes !== null && later.wallTimes !== null;
  return {
    steps: join(earlier.steps, later.steps),
    values: join(earlier.values, later.values),
    wallTimes: hasWallTimes ? join(earlier.wallTimes, later.wallTimes) : null,
  };
}
