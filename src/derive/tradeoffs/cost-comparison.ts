import type { VerdictCertainty } from "../../model/enums/statistics.js";
import { countOf } from "../../model/count-of.js";
import { seededValues } from "../degradation/degradation-input.js";
import { independentRuns, isVarying } from "../degradation/replicates.js";
import { runsAt, type ComparisonRoles, type Configuration, type Run } from "../runs/comparison-roles.js";
import { groupByData, mixedDataText } from "../runs/run-data.js";
import { isUnboundedRatio, relativeChangeInterval } from "../statistics/relative-change.js";
import { summarise, type Interval, type Sample } from "../statistics/sample.js";

/** A cost of baseline and candidate at one rank, over all their independent runs, and the ratio of the two means. */
export interface CostComparison {
  /** Null if no run has a finite value, or if the runs have different tasks or data sets. */
  readonly baseline: Sample | null;
  readonly candidate: Sample | null;
  /** Mean of the candidate / mean of the baseline. Null if either is unknown or the baseline is 0. */
  readonly ratio: number | null;
  /** 95 % confidence interval of the ratio by Welch's t. Null for the reason in `reason`. */
  readonly interval: Interval | null;
  /** Whether the ratio has an interval. Null without a ratio. */
  readonly certainty: VerdictCertainty | null;
  /** Why there is no ratio or no interval. Null if there is one. */
  readonly reason: string | null;
}

const CONFIDENCE = 0.95;

/** Compares the cost `metric` of the two configurations at a rank. */
export function compareCosts(
  runs: readonly Run[],
  { baseline, candidate }: ComparisonRoles,
  rank: number,
  metric: string,
): CostComparison {
  const sides = [baseline, candidate].map((configuration) => costOf(runs, configuration, rank, metric));
  const samples = sides.map(({ values }) => summarise(values) ?? null);
  const [ofBaseline = null, ofCandidate = null] = samples;
  const obstacles = sides.flatMap(({ obstacle }) => obstacle ?? []);
  if (ofBaseline === null || ofCandidate === null || ofBaseline.mean === 0) {
    const reason = obstacles.length > 0 ? obstacles.join(" ") : `${metric} of ${baseline.name} is 0.`;
    return { baseline: ofBaseline, candidate: ofCandidate, ratio: null, interval: null, certainty: null, reason };
  }
  const variation = sides.flatMap(variationObstacle);
  const found = variation.length === 0 ? ratioInterval(ofBaseline, ofCandidate) : null;
  return {
    baseline: ofBaseline,
    candidate: ofCandidate,
    ratio: ofCandidate.mean / ofBaseline.mean,
    interval: found,
    certainty: found === null ? "POINT_ESTIMATE" : "INTERVAL",
    reason: found === null ? intervalReason(variation) : null,
  };
}

/** Returns the numbers of runs for use in parentheses: `1 run each`, `3 and 2 runs`. */
export function runCounts({ baseline, candidate }: Pick<CostComparison, "baseline" | "candidate">): string {
  const [left, right] = [baseline?.n ?? 0, candidate?.n ?? 0];
  return left === right ? `${countOf(left, "run")} each` : `${left} and ${countOf(right, "run")}`;
}

/** The cost of one configuration. */
interface ConfigurationCost {
  readonly name: string;
  /** One value for each independent run. */
  readonly values: readonly number[];
  /** Why there is no value. Undefined if there is one. */
  readonly obstacle: string | undefined;
}

function costOf(runs: readonly Run[], configuration: Configuration, rank: number, metric: string): ConfigurationCost {
  const { name } = configuration;
  const recorded = seededValues(runsAt(runs, configuration, rank), metric);
  const finite = recorded.filter(({ value }) => Number.isFinite(value));
  if (groupByData(finite).length > 1) {
    const obstacle = `${metric} of ${name} is not averaged over different tasks or data sets (${mixedDataText(finite)}).`;
    return { name, values: [], obstacle };
  }
  const values = independentRuns(finite).map(({ value }) => value);
  return { name, values, obstacle: values.length === 0 ? `No run of ${name} at this rank has ${metric}.` : undefined };
}

/** Returns why the values of a configuration show no variation between runs. */
function variationObstacle({ name, values }: ConfigurationCost): string[] {
  if (values.length < 2) return [`${name} has a single run.`];
  return isVarying(values) ? [] : [`The ${values.length} values of ${name} are equal.`];
}

function intervalReason(obstacles: readonly string[]): string {
  if (obstacles.length > 0) return `${obstacles.join(" ")} The variation between runs is therefore unknown.`;
  return "The baseline varies so much that no finite interval has the requested confidence (Fieller 1954).";
}

function ratioInterval(baseline: Sample, candidate: Sample): Interval | null {
  if (isUnboundedRatio(baseline, CONFIDENCE)) return null;
  const percent = relativeChangeInterval(baseline, candidate, CONFIDENCE);
  return percent === undefined
    ? null
    : { low: 1 + percent.low / 100, high: 1 + percent.high / 100, confidence: CONFIDENCE };
}
