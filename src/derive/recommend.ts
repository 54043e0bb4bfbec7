import { degradation } from "./degradation.js";
import { inferRoles, metricValues, runsAt, type Run } from "./roles.js";

export interface Budget {
  /** Peak memory in MB (as the study recorded it); null is no limit. */
  readonly memoryMb: number | null;
  /** Largest acceptable degradation against the baseline of the same rank, percent; null is no limit. */
  readonly degradationPercent: number | null;
  /** The metric that is minimised, and that degradation is of. */
  readonly metric: string;
}

/** What to use, and why not the others. */
export interface Recommendation {
  /** Null where no run fits the budget. */
  readonly run: Run | null;
  readonly because: string;
  readonly alternatives: readonly { readonly run: Run; readonly rejectedBecause: string }[];
}

/** Recommends the run of the least metric that fits the budget; ties go to the smaller rank. */
export function recommend(runs: readonly Run[], budget: Budget): Recommendation {
  const judged = runs.map((run) => ({ run, value: run.metrics.get(budget.metric), unfit: unfit(run, runs, budget) }));
  const fitting = judged
    .flatMap(({ run, value, unfit }) => (unfit === undefined && value !== undefined ? [{ run, value }] : []))
    .sort((left, right) => left.value - right.value || left.run.rank - right.run.rank);
  const best = fitting[0];
  const alternatives = judged
    .filter(({ run }) => run !== best?.run)
    .map(({ run, value, unfit }) => ({
      run,
      rejectedBecause:
        unfit ?? `${budget.metric} ${value?.toFixed(4)} is not below ${best?.value.toFixed(4)} of ${best?.run.name}`,
    }));
  if (best === undefined) return { run: null, because: "no run fits the budget", alternatives };
  return {
    run: best.run,
    because: `the least ${budget.metric}, ${best.value.toFixed(4)}, of ${fitting.length} runs that fit the budget`,
    alternatives,
  };
}

/** Why `run` does not fit; undefined when it does. What was not recorded cannot be promised to fit. */
function unfit(run: Run, runs: readonly Run[], { memoryMb, degradationPercent, metric }: Budget): string | undefined {
  const value = run.metrics.get(metric);
  if (value === undefined) return `${metric} was not recorded`;
  if (memoryMb !== null) {
    const memory = run.metrics.get("peak_memory_mb");
    if (memory === undefined) return "peak memory was not recorded";
    if (memory > memoryMb) return `peak memory ${memory.toFixed(0)} MB exceeds ${memoryMb} MB`;
  }
  const baseline = inferRoles(runs)?.baseline;
  if (degradationPercent === null || baseline === undefined || run.quantization.label === baseline) return undefined;
  const rule = { metric, thresholdPercent: degradationPercent, twoSided: false };
  const { percent, reason } = degradation(metricValues(runsAt(runs, baseline, run.rank), metric), [value], rule);
  if (percent === null) return `its degradation is not known: ${reason}`;
  return percent > degradationPercent
    ? `degradation ${percent.toFixed(2)} % exceeds ${degradationPercent} %`
    : undefined;
}
