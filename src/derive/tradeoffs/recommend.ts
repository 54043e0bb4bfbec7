import { degradation } from "../degradation/degradation.js";
import { metricValues, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { summarise } from "../statistics/sample.js";

interface Budget {
  /** Maximum peak memory in MB, as the study recorded it. Null is no limit. */
  readonly memoryMb: number | null;
  /** Maximum training time in seconds. Null or undefined is no limit. */
  readonly timeSeconds?: number | null | undefined;
  /** Maximum degradation against the baseline of the same rank, in percent. Null is no limit. */
  readonly degradationPercent: number | null;
  /** The metric to optimise, and of the degradation. */
  readonly metric: string;
  readonly higherIsBetter?: boolean | undefined;
}

/** The run to use, and why not another. */
interface Recommendation {
  /** Null if no run fits the budget. */
  readonly run: Run | null;
  readonly because: string;
  readonly alternatives: readonly RejectedRun[];
}

interface RejectedRun {
  readonly run: Run;
  readonly rejectedBecause: string;
}

/**
 * Recommends the run with the best metric among those that fit the budget. Ties go to the smaller rank.
 *
 * @param roles inferred if undefined; null if the study has no two configurations to compare
 */
export function recommend(
  runs: readonly Run[],
  budget: Budget,
  roles: ComparisonRoles | null | undefined = inferRoles(runs),
): Recommendation {
  const baselines = roles == null ? undefined : baselineMeans(runs, budget.metric, roles);
  const judged = runs.map((run) => judgeRun(run, budget, baselines));
  const better = budget.higherIsBetter === true ? -1 : 1;
  const fitting = judged
    .filter((entry): entry is FittingRun => entry.value !== undefined)
    .sort((left, right) => better * (left.value - right.value) || left.run.rank - right.run.rank);
  const [best] = fitting;
  const alternatives = judged
    .filter(({ run }) => run !== best?.run)
    .map(({ run, value, unfitBecause }) => ({
      run,
      rejectedBecause: unfitBecause ?? worseBecause(budget, value, best),
    }));
  if (best === undefined) return { run: null, because: "No run fits the budget.", alternatives };
  const extreme = budget.higherIsBetter === true ? "highest" : "lowest";
  return {
    run: best.run,
    because: `Its ${budget.metric}, ${best.value.toFixed(4)}, is the ${extreme} of ${fitting.length} runs that fit the budget.`,
    alternatives,
  };
}

/** A run that fits the budget, with its value of the metric, or one that does not. */
type JudgedRun = FittingRun | UnfitRun;

interface FittingRun {
  readonly run: Run;
  readonly value: number;
  readonly unfitBecause?: undefined;
}

interface UnfitRun {
  readonly run: Run;
  readonly value?: undefined;
  readonly unfitBecause: string;
}

/** Judges one run. A run without a recorded value does not fit, because the value may exceed the limit. */
function judgeRun(run: Run, budget: Budget, baselines: BaselineMeans | undefined): JudgedRun {
  const value = run.metrics.get(budget.metric);
  if (value === undefined) return { run, unfitBecause: `${budget.metric} was not recorded.` };
  if (!Number.isFinite(value)) return { run, unfitBecause: `${budget.metric} is NaN or infinite.` };
  const unfitBecause =
    exceeds(run, { metric: "peak_memory_mb", name: "Peak memory", unit: "MB", max: budget.memoryMb }) ??
    exceeds(run, { metric: "training_time_seconds", name: "Training time", unit: "s", max: budget.timeSeconds }) ??
    exceedsDegradation(run, budget, baselines);
  return unfitBecause === undefined ? { run, value } : { run, unfitBecause };
}

function worseBecause({ metric, higherIsBetter }: Budget, value = NaN, best: FittingRun | undefined): string {
  const comparison = higherIsBetter === true ? "higher" : "lower";
  return `Its ${metric}, ${value.toFixed(4)}, is not ${comparison} than the ${best?.value.toFixed(4)} of ${best?.run.name}.`;
}

interface Limit {
  readonly metric: string;
  /** Name in messages, at the start of a sentence. */
  readonly name: string;
  readonly unit: string;
  readonly max: number | null | undefined;
}

function exceeds({ metrics }: Run, { metric, name, unit, max }: Limit): string | undefined {
  if (max == null) return undefined;
  const used = metrics.get(metric);
  if (used === undefined || !Number.isFinite(used)) return `${name} was not recorded.`;
  return used > max ? `${name} is ${used.toFixed(0)} ${unit} (maximum: ${max} ${unit}).` : undefined;
}

/** The baseline that runs are judged against. */
interface BaselineMeans {
  readonly runs: ReadonlySet<string>;
  /** Returns the mean of the metric at a rank; undefined if no run of the baseline has the metric there. */
  meanAt(rank: number): number | undefined;
}

/** Computes each mean once, so that judging all runs takes linear time. */
function baselineMeans(runs: readonly Run[], metric: string, { baseline }: ComparisonRoles): BaselineMeans {
  const means = new Map<number, number | undefined>();
  return {
    runs: baseline.runs,
    meanAt(rank) {
      if (!means.has(rank)) means.set(rank, summarise(metricValues(runsAt(runs, baseline, rank), metric))?.mean);
      return means.get(rank);
    },
  };
}

/** Judges the degradation of this run alone, not of the mean over its seeds, because this run is recommended. */
function exceedsDegradation(
  run: Run,
  { metric, higherIsBetter, degradationPercent }: Budget,
  baselines: BaselineMeans | undefined,
): string | undefined {
  if (degradationPercent === null || baselines === undefined || baselines.runs.has(run.id)) return undefined;
  const rule = { metric, higherIsBetter, thresholdPercent: degradationPercent, twoSided: false };
  const mean = baselines.meanAt(run.rank);
  const value = run.metrics.get(metric) ?? NaN;
  const names = { baseline: "the baseline", candidate: run.name };
  const { percent, reason } = degradation(mean === undefined ? [] : [mean], [value], rule, names);
  if (percent === null) return `Its degradation is unknown. ${reason ?? ""}`;
  if (percent <= degradationPercent) return undefined;
  return `Its degradation is ${percent.toFixed(2)} % (maximum: ${degradationPercent} %).`;
}
