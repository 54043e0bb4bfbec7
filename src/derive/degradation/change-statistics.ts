import { bootstrapInterval } from "../statistics/bootstrap.js";
import { pairedTest, welchTest, type MeanTest } from "../statistics/mean-test.js";
import { pairedChangeInterval, relativeChange, relativeChangeInterval } from "../statistics/relative-change.js";
import { summarise, type Interval } from "../statistics/sample.js";

/** A value of the metric, and the seed of its run. */
export interface SeededValue {
  readonly seed: number | null;
  readonly value: number;
}

/** How an interval is found: T by the delta method with Student's t. */
export type IntervalChoice = "T" | "BOOTSTRAP_PERCENTILE" | "BOOTSTRAP_BCA";

/** How an interval was found. */
export type IntervalMethod =
  | "WELCH_T"
  | "PAIRED_T"
  | "BOOTSTRAP_PERCENTILE"
  | "BOOTSTRAP_BCA"
  | "PAIRED_BOOTSTRAP_PERCENTILE"
  | "PAIRED_BOOTSTRAP_BCA";

/** How seeds are analysed. */
export interface SeedAnalysis {
  readonly interval: IntervalChoice;
  readonly confidence: number;
  /** Of the bootstrap. */
  readonly resamples: number;
  readonly seed: number;
  /** Compare run with run of the same seed, and leave out seeds that only one side has. */
  readonly paired: boolean;
}

export const DEFAULT_SEED_ANALYSIS: SeedAnalysis = {
  interval: "T",
  confidence: 0.95,
  resamples: 2000,
  seed: 0,
  paired: false,
};

/** What seeds say of the change of a metric. */
export interface ChangeStatistics {
  /** The values that count: all, or those of pairs. */
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  readonly paired: boolean;
  readonly pairs: number;
  /** Of (candidate - baseline) / |baseline| * 100. */
  readonly interval: Interval | null;
  readonly intervalMethod: IntervalMethod;
  /** Why there is no interval, or why it is not the one that was asked for. */
  readonly intervalReason: string | null;
  readonly test: MeanTest | null;
}

/** Analyses the values of two sides; pairs are seeds of which each side has one run. */
export function changeStatistics(
  baseline: readonly SeededValue[],
  candidate: readonly SeededValue[],
  analysis: SeedAnalysis,
): ChangeStatistics {
  const pairs = pairsOf(baseline, candidate);
  if (analysis.paired && pairs.length >= 2) return pairedStatistics(pairs, analysis);
  const sides = { baseline: baseline.map(({ value }) => value), candidate: candidate.map(({ value }) => value) };
  const [left, right] = [summarise(sides.baseline), summarise(sides.candidate)];
  const isBootstrap = analysis.interval !== "T";
  const interval =
    analysis.interval === "T"
      ? left && right && relativeChangeInterval(left, right, analysis.confidence)
      : bootstrapInterval([sides.baseline, sides.candidate], changeOfGroups, {
          ...analysis,
          method: analysis.interval,
        });
  const notPaired = analysis.paired
    ? `paired analysis needs two seeds that both sides have, not ${pairs.length}`
    : null;
  const none = sides.baseline.length < 2 || sides.candidate.length < 2 ? FEW : isBootstrap ? UNEVEN : NO_RATIO;
  return {
    ...sides,
    paired: false,
    pairs: pairs.length,
    interval: interval ?? null,
    intervalMethod: analysis.interval === "T" ? "WELCH_T" : analysis.interval,
    intervalReason:
      [notPaired, interval === undefined ? none : null].filter((part) => part !== null).join("; ") || null,
    test: (left && right && welchTest(left, right)) ?? null,
  };
}

const FEW = "an interval needs two seeds or more of each side";
const UNEVEN = "the drawn samples do not spread: the values are equal, or too few of them differ";
const NO_RATIO = "the baseline's mean is 0, or too close to it for an interval";

function pairedStatistics(pairs: readonly (readonly [number, number])[], analysis: SeedAnalysis): ChangeStatistics {
  const method = analysis.interval;
  const interval =
    method === "T"
      ? pairedChangeInterval(pairs, analysis.confidence)
      : bootstrapInterval([pairs.map((_, i) => i)], ([drawn = []]) => changeOfPairs(pairs, drawn), {
          ...analysis,
          method,
        });
  return {
    baseline: pairs.map(([value]) => value),
    candidate: pairs.map(([, value]) => value),
    paired: true,
    pairs: pairs.length,
    interval: interval ?? null,
    intervalMethod: method === "T" ? "PAIRED_T" : `PAIRED_${method}`,
    intervalReason: interval === undefined ? (method === "T" ? NO_RATIO : UNEVEN) : null,
    test: pairedTest(pairs) ?? null,
  };
}

/** Seeds of which each side has exactly one run: of two runs of a seed it is not known which belongs to which. */
function pairsOf(baseline: readonly SeededValue[], candidate: readonly SeededValue[]): [number, number][] {
  const only = (values: readonly SeededValue[], seed: number) => {
    const found = values.filter((other) => other.seed === seed);
    return found.length === 1 ? found[0]?.value : undefined;
  };
  return baseline.flatMap(({ seed }): [number, number][] => {
    if (seed === null) return [];
    const [left, right] = [only(baseline, seed), only(candidate, seed)];
    return left === undefined || right === undefined ? [] : [[left, right]];
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const changeOfGroups = ([baseline = [], candidate = []]: readonly (readonly number[])[]) =>
  relativeChange(mean(baseline), mean(candidate));

function changeOfPairs(pairs: readonly (readonly [number, number])[], drawn: readonly number[]): number {
  const chosen = drawn.flatMap((i) => (pairs[i] === undefined ? [] : [pairs[i]]));
  return relativeChange(mean(chosen.map(([value]) => value)), mean(chosen.map(([, value]) => value)));
}
