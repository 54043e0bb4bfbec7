import { degradationByRank } from "../degradation/degradation.js";
import { inferRoles } from "../runs/resolve-roles.js";
import type { ComparisonRoles, Run } from "../runs/comparison-roles.js";

export interface Budget {
  /** Peak memory in MB (as the study recorded it); null is no limit. */
  readonly memoryMb: number | null;
  /** Training time in seconds; null or undefined is no limit. */
  readonly timeSeconds?: number | null | undefined;
  /** Largest acceptable degradation against the baseline of the same rank, percent; null is no limit. */
  readonly degradationPercent: number | null;
  /** The metric that is optimised, and that degradation is of. */
  readonly metric: string;
  readonly higherIsBetter?: boolean | undefined;
}

/** What to use, and why not the others. */
export interface Recommendation {
  /** Null where no run fits the budget. */
  readonly run: Run | null;
  readonly because: string;
  readonly alternatives: readonly { readonly run: Run; readonly rejectedBecause: string }[];
}

/** Recommends the run of the best metric that fits the budget; ties go to the smaller rank. */
export function recommend(runs: readonly Run[], budget: Budget, given?: ComparisonRoles | null): Recommendation {
  const roles = given === undefined ? inferRoles(runs) : (given ?? undefined);
  const { metric, higherIsBetter = false } = budget;
  const better = higherIsBetter ? -1 : 1;
  const judged = runs.map((run) => ({
    run,
    value: run.metrics.get(metric),
    unfit: unfit(run, runs, budget, roles),
  }));
  const fitting = judged
    .flatMap(({ run, value, unfit }) => (unfit === undefined && value !== undefined ? [{ run, value }] : []))
    .sort((left, right) => better * (left.value - right.value) || left.run.rank - right.run.rank);
  const best = fitting[0];
  const [beyond, most] = higherIsBetter ? ["above", "greatest"] : ["below", "least"];
  const alternatives = judged
    .filter(({ run }) => run !== best?.run)
    .map(({ run, value, unfit }) => ({
      run,
      rejectedBecause:
        unfit ?? `${metric} ${value?.toFixed(4)} is not ${beyond} ${best?.value.toFixed(4)} of ${best?.run.name}`,
    }));
  if (best === undefined) return { run: null, because: "no run fits the budget", alternatives };
  return {
    run: best.run,
    because: `the ${most} ${metric}, ${best.value.toFixed(4)}, of ${fitting.length} runs that fit the budget`,
    alternatives,
  };
}

/** Why `run` does not fit; undefined when it does. What was not recorded cannot be promised to fit. */
function unfit(run: Run, runs: readonly Run[], budget: Budget, roles: ComparisonRoles | undefined): string | undefined {
  const { memoryMb, timeSeconds, degradationPercent, metric, higherIsBetter } = budget;
  const value = run.metrics.get(metric);
  if (value === undefined) return `${metric} was not recorded`;
  if (!Number.isFinite(value)) return `${metric} is NaN or infinite`;
  return (
    beyond(run, "peak_memory_mb", memoryMb, { name: "peak memory", unit: "MB" }) ??
    beyond(run, "training_time_seconds", timeSeconds, { name: "training time", unit: "s" }) ??
    degraded(run, runs, { metric, higherIsBetter, percent: degradationPercent }, roles)
  );
}

function beyond(
  { metrics }: Run,
  metric: string,
  limit: number | null | undefined,
  { name, unit }: { readonly name: string; readonly unit: string },
): string | undefined {
  if (limit == null) return undefined;
  const used = metrics.get(metric);
  if (used === undefined || !Number.isFinite(used)) return `${name} was not recorded`;
  return used > limit ? `${name} ${used.toFixed(0)} ${unit} exceeds ${limit} ${unit}` : undefined;
}

/** Judged by itself, not by the mean over its seeds: it is this run that is recommended. */
function degraded(
  run: Run,
  runs: readonly Run[],
  limit: { readonly metric: string; readonly higherIsBetter: boolean | undefined; readonly percent: number | null },
  roles: ComparisonRoles | undefined,
): string | undefined {
  if (limit.percent === null || roles === undefined || roles.baseline.runs.has(run.id)) return undefined;
  const rule = { ...limit, thresholdPercent: limit.percent, twoSided: false };
  const alone = { ...roles, candidate: { name: run.name, runs: new Set([run.id]) } };
  const found = degradationByRank(runs, rule, { ...alone, baseline: { ...roles.baseline, name: "the baseline" } });
  const degradation = found.find(({ rank }) => rank === run.rank)?.degradation;
  if (degradation?.percent == null) return `its degradation is not known: ${degradation?.reason ?? "no such rank"}`;
  return degradation.percent > limit.percent
    ? `degradation ${degradation.percent.toFixed(2)} % exceeds ${limit.percent} %`
    : undefined;
}
