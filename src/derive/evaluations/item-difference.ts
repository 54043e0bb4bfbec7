import { normalCriticalValue, twoSidedNormalP } from "../statistics/normal-test.js";
import { relativeChange } from "../statistics/relative-change.js";
import type { Interval } from "../statistics/sample.js";

/** A value that was measured on a sample of items. */
export interface MeasuredValue {
  /** NaN and infinities are not finite results. */
  readonly value: number;
  /** Standard error over the items, in the unit of the value. Null if unknown. */
  readonly standardError: number | null;
}

/**
 * The difference between two evaluations of single runs, with the uncertainty of a finite number of items. It says nothing about
 * the variation between seeds.
 */
export interface ItemDifference {
  /** candidate - baseline, in the unit of the metric. Null if a value is missing or not finite. */
  readonly absolute: number | null;
  /** Standard error of `absolute`, as of independent evaluations. Null if a standard error is unknown. */
  readonly standardError: number | null;
  /** Normal interval of `absolute`. */
  readonly absoluteInterval: Interval | null;
  /** Change in percent of the baseline; positive is worse. Null unless both values are positive and the direction is known. */
  readonly percent: number | null;
  /** Interval of the percent by the delta method. Null also if the baseline is not clearly above 0. */
  readonly percentInterval: Interval | null;
  /** absolute / standardError. */
  readonly z: number | null;
  /** Two-sided p of no difference, by the normal distribution. */
  readonly p: number | null;
  /** Why a value is null. */
  readonly reason: string | null;
}

/** The baseline must be this many standard errors above 0 for an interval of a percent (Fieller 1954). */
const MIN_STANDARD_ERRORS_ABOVE_ZERO = 3;

/**
 * Returns the difference between two evaluations. Evaluations on the same items are positively correlated as a rule, so that the
 * standard error of independent evaluations is too large rather than too small.
 *
 * @param higherIsBetter null if unknown
 * @param confidence of the intervals, such as 0.95
 */
export function itemDifference(
  baseline: MeasuredValue | undefined,
  candidate: MeasuredValue | undefined,
  higherIsBetter: boolean | null,
  confidence: number,
): ItemDifference {
  const missing = missingReason(baseline, candidate);
  if (baseline === undefined || candidate === undefined || missing !== null) return { ...NOTHING, reason: missing };
  const absolute = candidate.value - baseline.value;
  const percent = percentOf(baseline, candidate, higherIsBetter);
  if (baseline.standardError === null || candidate.standardError === null) {
    const lacking = [baseline, candidate].map(({ standardError }) => standardError);
    return { ...NOTHING, absolute, percent, reason: unknownErrorReason(lacking) };
  }
  const standardError = Math.hypot(baseline.standardError, candidate.standardError);
  if (standardError === 0) {
    const reason = "Both standard errors are 0: every item has the same value, which says nothing about other items.";
    return { ...NOTHING, absolute, percent, standardError, reason };
  }
  const critical = normalCriticalValue(confidence);
  const z = absolute / standardError;
  return {
    absolute,
    standardError,
    absoluteInterval: around(absolute, critical * standardError, confidence),
    percent,
    percentInterval: percent === null ? null : percentInterval(percent, baseline, candidate, critical, confidence),
    z,
    p: twoSidedNormalP(z),
    reason: percent === null ? percentReason(higherIsBetter) : null,
  };
}

const NOTHING: ItemDifference = {
  absolute: null,
  standardError: null,
  absoluteInterval: null,
  percent: null,
  percentInterval: null,
  z: null,
  p: null,
  reason: null,
};

function percentOf(baseline: MeasuredValue, candidate: MeasuredValue, higherIsBetter: boolean | null): number | null {
  if (higherIsBetter === null || baseline.value <= 0 || candidate.value < 0) return null;
  const change = relativeChange(baseline.value, candidate.value);
  const percent = higherIsBetter ? -change : change;
  return Number.isFinite(percent) ? percent : null;
}

function percentReason(higherIsBetter: boolean | null): string {
  if (higherIsBetter === null) return "Whether higher values are better is not known, so there is no percent.";
  return "A percent needs a positive baseline and no negative value. See absolute.";
}

/** Delta method for the ratio of two independent values: var(c / b) = (c / b)^2 (var(c) / c^2 + var(b) / b^2). */
function percentInterval(
  percent: number,
  { value, standardError }: MeasuredValue,
  candidate: MeasuredValue,
  critical: number,
  confidence: number,
): Interval | null {
  if (value <= MIN_STANDARD_ERRORS_ABOVE_ZERO * (standardError ?? 0)) return null;
  const fromCandidate = (candidate.standardError ?? 0) / value;
  const fromBaseline = (candidate.value * (standardError ?? 0)) / value ** 2;
  return around(percent, critical * 100 * Math.hypot(fromCandidate, fromBaseline), confidence);
}

function around(value: number, distance: number, confidence: number): Interval {
  return { low: value - distance, high: value + distance, confidence };
}

function missingReason(baseline: MeasuredValue | undefined, candidate: MeasuredValue | undefined): string | null {
  const reasons = [reasonOf("baseline", baseline), reasonOf("candidate", candidate)].filter((text) => text !== null);
  return reasons.length === 0 ? null : reasons.join(" ");
}

function reasonOf(role: string, measured: MeasuredValue | undefined): string | null {
  if (measured === undefined) return `The ${role} has no such result.`;
  return Number.isFinite(measured.value) ? null : `The value of the ${role} is NaN or infinite.`;
}

function unknownErrorReason([baseline]: readonly (number | null | undefined)[]): string {
  return `The file of the ${baseline === null ? "baseline" : "candidate"} has no standard error.`;
}
