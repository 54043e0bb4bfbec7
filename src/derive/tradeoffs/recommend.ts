import { countOf } from "../../model/count-of.js";
import { degradation } from "../degradation/degradation.js";
import { seededValues } from "../degradation/degradation-input.js";
import { unknownDirectionReason } from "../degradation/recorded-values.js";
import { groupRuns, runsAt, type ComparisonRoles, type Run } from "../runs/comparison-roles.js";
import { inferRoles } from "../runs/resolve-roles.js";
import { dataGroupsText, dataGroupSteps } from "../runs/run-data.js";
import { welchTest } from "../statistics/mean-test.js";
import { twoSidedP } from "../statistics/student-t.js";
import { runSteps, type Steps } from "../steps.js";
import {
  configurationResult,
  configurationsOf,
  resultName,
  type ConfigurationResult,
  type ConfigurationRuns,
} from "./configuration-result.js";
import { heldOutValue, type HeldOut, type HeldOutValue } from "./held-out-seeds.js";

const PEAK_MEMORY = "peak_memory_mb";

const NOTHING_HELD_OUT: HeldOut = { value: undefined, reason: "No configuration fits the budget." };

interface Budget {
  /** Maximum peak memory in MB, as the study recorded it. Null is no limit. */
  readonly memoryMb: number | null;
  /** Maximum training time in seconds. Null or undefined is no limit. */
  readonly timeSeconds?: number | null | undefined;
  /** Maximum degradation against the baseline of the same rank, in percent. Null is no limit. */
  readonly degradationPercent: number | null;
  /** The metric to optimise, and of the degradation. */
  readonly metric: string;
  /** Null is unknown, and then nothing is recommended. Default false. */
  readonly higherIsBetter?: boolean | null | undefined;
}

/** The configuration to use, and why not another. */
export interface Recommendation {
  /** Null if no configuration fits the budget. */
  readonly result: ConfigurationResult | null;
  readonly because: string;
  /** The metric of the chosen configuration on seeds that the choice did not use. */
  readonly heldOut: HeldOut;
  readonly alternatives: readonly RejectedConfiguration[];
}

interface RejectedConfiguration extends ConfigurationRuns {
  /** A run of the configuration: the typical one, or the first if there is no value. */
  readonly run: Run;
  readonly rejectedBecause: string;
}

/**
 * Recommends the configuration and rank with the best mean among those that fit the budget. Configurations whose means do not
 * differ beyond the variation between seeds are tied: the smaller rank is used, then the one with less memory. Single runs are
 * never recommended for their luck.
 *
 * @param roles inferred if undefined; null if the study has no two configurations to compare
 */
export function recommend(
  runs: readonly Run[],
  budget: Budget,
  roles: ComparisonRoles | null | undefined = inferRoles(runs),
): Recommendation {
  return runSteps(recommendSteps(runs, budget, roles ?? null));
}

/** Recommends in steps, one for each configuration. */
export function* recommendSteps(
  runs: readonly Run[],
  budget: Budget,
  roles: ComparisonRoles | null,
): Steps<Recommendation> {
  yield* groupRuns(runs, roles ?? undefined);
  const judged: JudgedConfiguration[] = [];
  for (const group of yield* configurationsOf(runs)) {
    // The runs are read for their own result, and those of the baseline for the degradation.
    yield 2 * group.runs.length;
    judged.push(judgeConfiguration(group, runs, budget, roles ?? undefined));
  }
  const fitting = judged.flatMap(({ result, unfitBecause }) =>
    result === undefined || unfitBecause !== undefined ? [] : [result],
  );
  const mixed = dataGroupsText(
    yield* dataGroupSteps(
      fitting.flatMap((result) => result.runs),
      budget.metric,
    ),
  );
  if (mixed !== undefined) return withoutCommonData(judged, budget.metric, mixed);
  const compareCosts = byCost(new Map(judged.flatMap(({ result, memory }) => (result ? [[result, memory]] : []))));
  const sign = budget.higherIsBetter === true ? -1 : 1;
  const best = [...fitting].sort(
    (left, right) => sign * (left.sample.mean - right.sample.mean) || compareCosts(left, right),
  )[0];
  const noise = pooledNoise(judged.flatMap(({ result }) => result ?? []));
  const tied = best === undefined ? [] : fitting.filter((result) => result === best || isTied(result, best, noise));
  const chosen = [...tied].sort(compareCosts)[0];
  const alternatives = judged
    .filter(({ group }) => group.runs !== chosen?.runs)
    .map(({ group, result, unfitBecause }) => ({
      ...group,
      run: (result?.typical ?? group.runs[0]) as Run,
      rejectedBecause: unfitBecause ?? worseBecause(budget, result, chosen, tied),
    }));
  if (best === undefined || chosen === undefined) {
    return { result: null, because: nothingBecause(budget, judged), heldOut: NOTHING_HELD_OUT, alternatives };
  }
  const heldOut = yield* heldOutValue(fitting, budget.metric, budget.higherIsBetter === true);
  const because = chosenBecause({ budget, chosen, best, fitting, heldOut: heldOut.value });
  return { result: chosen, because, heldOut, alternatives };
}

/** Recommends nothing: the best of several data sets would be the easiest one. */
function withoutCommonData(judged: readonly JudgedConfiguration[], metric: string, mixed: string): Recommendation {
  const because = `The runs have different tasks or data sets (${mixed}), whose ${metric} cannot be compared.`;
  const alternatives = judged.map(({ group, result, unfitBecause }) => ({
    ...group,
    run: (result?.typical ?? group.runs[0]) as Run,
    rejectedBecause: unfitBecause ?? because,
  }));
  return { result: null, because, heldOut: { value: undefined, reason: because }, alternatives };
}

/** Compares by rank, then by peak memory. */
function byCost(memory: ReadonlyMap<ConfigurationResult, number>) {
  return (left: ConfigurationResult, right: ConfigurationResult): number =>
    left.rank - right.rank || (memory.get(left) ?? 0) - (memory.get(right) ?? 0);
}

interface JudgedConfiguration {
  readonly group: ConfigurationRuns;
  readonly result: ConfigurationResult | undefined;
  /** Peak memory in MB; 0 if it was not recorded. */
  readonly memory: number;
  /** Undefined if the configuration fits the budget. */
  readonly unfitBecause: string | undefined;
}

/** Judges one configuration. One without a recorded value does not fit, because the value may exceed the limit. */
function judgeConfiguration(
  group: ConfigurationRuns,
  runs: readonly Run[],
  budget: Budget,
  roles: ComparisonRoles | undefined,
): JudgedConfiguration {
  const { metric, higherIsBetter, memoryMb, timeSeconds } = budget;
  const result = configurationResult(group, metric, higherIsBetter === true);
  const unfitBecause =
    (higherIsBetter === null ? unknownDirectionReason(metric) : undefined) ??
    divergedBecause(group, metric) ??
    (result === undefined ? `${metric} was not recorded.` : undefined) ??
    exceeds(group, { metric: PEAK_MEMORY, name: "Peak memory", unit: "MB", max: memoryMb }) ??
    exceeds(group, { metric: "training_time_seconds", name: "Training time", unit: "s", max: timeSeconds }) ??
    exceedsDegradation(group, runs, budget, roles);
  return { group, result, memory: maximumOf(group, PEAK_MEMORY) ?? 0, unfitBecause };
}

function divergedBecause({ runs }: ConfigurationRuns, metric: string): string | undefined {
  const values = runs.flatMap(({ metrics }) => metrics.get(metric) ?? []);
  const diverged = values.filter((value) => !Number.isFinite(value)).length;
  if (diverged === 0) return undefined;
  return `${diverged} of its ${countOf(values.length, "run")} diverged: ${metric} is not finite.`;
}

interface Limit {
  readonly metric: string;
  /** Name in messages, at the start of a sentence. */
  readonly name: string;
  readonly unit: string;
  readonly max: number | null | undefined;
}

function exceeds(group: ConfigurationRuns, { metric, name, unit, max }: Limit): string | undefined {
  if (max == null) return undefined;
  const used = maximumOf(group, metric);
  if (used === undefined) return `${name} was not recorded.`;
  return used > max ? `${name} is ${used.toFixed(0)} ${unit} (maximum: ${max} ${unit}).` : undefined;
}

/** Returns the maximum finite value of a metric over the runs; undefined if there is none. */
function maximumOf({ runs }: ConfigurationRuns, metric: string): number | undefined {
  return runs.reduce<number | undefined>((maximum, { metrics }) => {
    const value = metrics.get(metric);
    if (value === undefined || !Number.isFinite(value)) return maximum;
    return maximum === undefined || value > maximum ? value : maximum;
  }, undefined);
}

function exceedsDegradation(
  group: ConfigurationRuns,
  runs: readonly Run[],
  { metric, higherIsBetter, degradationPercent }: Budget,
  roles: ComparisonRoles | undefined,
): string | undefined {
  if (degradationPercent === null || roles === undefined) return undefined;
  if (group.runs.every(({ id }) => roles.baseline.runs.has(id))) return undefined;
  const rule = { metric, higherIsBetter, thresholdPercent: degradationPercent, twoSided: false };
  const names = { baseline: roles.baseline.name, candidate: group.configuration };
  const baseline = seededValues(runsAt(runs, roles.baseline, group.rank), metric);
  const { percent, reason } = degradation(baseline, seededValues(group.runs, metric), rule, names);
  if (percent === null) return `Its degradation is unknown. ${reason ?? ""}`;
  if (percent <= degradationPercent) return undefined;
  return `Its degradation is ${percent.toFixed(2)} % (maximum: ${degradationPercent} %).`;
}

/** The variation between seeds that all configurations have in common. */
interface Noise {
  readonly variance: number;
  readonly degreesOfFreedom: number;
}

/** Returns the variance pooled over all configurations with several runs; undefined if there are none. */
function pooledNoise(results: readonly ConfigurationResult[]): Noise | undefined {
  const varying = results.filter(({ interval }) => interval !== null);
  const degreesOfFreedom = varying.reduce((sum, { sample }) => sum + sample.n - 1, 0);
  if (degreesOfFreedom === 0) return undefined;
  const squares = varying.reduce((sum, { sample }) => sum + (sample.n - 1) * (sample.standardDeviation ?? 0) ** 2, 0);
  return { variance: squares / degreesOfFreedom, degreesOfFreedom };
}

/** Maximum p at which two means differ beyond the variation between seeds. */
const MAX_P = 0.05;

/** Compares by Welch's test, or with the pooled variation if one of the two has no variation of its own. */
function isTied(result: ConfigurationResult, best: ConfigurationResult, noise: Noise | undefined): boolean {
  if (result.interval !== null && best.interval !== null) {
    return (welchTest(best.sample, result.sample)?.p ?? 0) > MAX_P;
  }
  if (noise === undefined) return false;
  const error = Math.sqrt(noise.variance * (1 / result.sample.n + 1 / best.sample.n));
  return twoSidedP((result.sample.mean - best.sample.mean) / error, noise.degreesOfFreedom) > MAX_P;
}

interface Choice {
  readonly budget: Budget;
  readonly chosen: ConfigurationResult;
  readonly best: ConfigurationResult;
  readonly fitting: readonly ConfigurationResult[];
  readonly heldOut: HeldOutValue | undefined;
}

function chosenBecause({ budget, chosen, best, fitting, heldOut }: Choice): string {
  const { metric, higherIsBetter } = budget;
  const extreme = higherIsBetter === true ? "highest" : "lowest";
  const reason =
    chosen === best
      ? `is the ${extreme} of ${fitting.length} configurations that fit the budget.`
      : `does not differ beyond the variation between seeds from the ${extreme}, ${best.sample.mean.toFixed(4)} of ` +
        `${resultName(best)}, and ${chosen.rank < best.rank ? "its rank is smaller" : "it needs less memory"}.`;
  return [
    `The mean ${metric} of ${resultName(chosen)}, ${meanText(chosen)}, ${reason}`,
    cautionOf(chosen, heldOut),
  ].join(" ");
}

/** Returns the mean with its interval, number of runs and worst run. */
function meanText({ sample, interval, worst }: ConfigurationResult): string {
  if (interval === null) return `${sample.mean.toFixed(4)} (${countOf(sample.n, "run")})`;
  const range = `${interval.low.toFixed(4)} to ${interval.high.toFixed(4)}`;
  return `${sample.mean.toFixed(4)} (95 % interval ${range}, ${sample.n} runs, worst ${worst.toFixed(4)})`;
}

function cautionOf({ interval }: ConfigurationResult, heldOut: HeldOutValue | undefined): string {
  if (interval === null) return "This is a point estimate: with another seed, another configuration may be best.";
  if (heldOut === undefined)
    return "The mean of a best configuration is too good on average, because choosing favours luck.";
  return `Chosen on the other seeds, the best configuration reaches ${heldOut.mean.toFixed(4)} on a seed that it was not chosen by (${heldOut.seeds} seeds).`;
}

function worseBecause(
  { metric, higherIsBetter }: Budget,
  result: ConfigurationResult | undefined,
  chosen: ConfigurationResult | undefined,
  tied: readonly ConfigurationResult[],
): string {
  const own = `Its mean ${metric}, ${result?.sample.mean.toFixed(4)},`;
  const other = `the ${chosen?.sample.mean.toFixed(4)} of ${chosen && resultName(chosen)}`;
  if (result !== undefined && tied.includes(result)) {
    return `${own} does not differ from ${other} beyond the variation between seeds, and its rank or memory is larger.`;
  }
  return `${own} is not ${higherIsBetter === true ? "higher" : "lower"} than ${other}.`;
}

function nothingBecause({ metric, higherIsBetter }: Budget, judged: readonly JudgedConfiguration[]): string {
  if (higherIsBetter === null) return unknownDirectionReason(metric);
  if (judged.every(({ result }) => result === undefined)) return `No run has a finite ${metric}.`;
  return "No configuration fits the budget.";
}
