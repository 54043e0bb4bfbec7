import jstat from "jstat";

/** A sample's size and moments; `standardDeviation` (n - 1 in the denominator) is null for n < 2. */
export interface Sample {
  readonly mean: number;
  readonly standardDeviation: number | null;
  readonly n: number;
}

/** A two-sided confidence interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** 0.95: the share of such intervals that hold the true value. */
  readonly confidence: number;
}

/** Summarises `values`; undefined when there are none. */
export function summarise(values: readonly number[]): Sample | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardDeviation: n < 2 ? null : Math.sqrt(squares / (n - 1)), n };
}

/**
 * Confidence interval of the relative change (candidate - baseline) / baseline * 100 of two independent sample means, in
 * percent, by the delta method with Welch-Satterthwaite degrees of freedom (Welch 1947, Biometrika 34).
 * Undefined where a sample has fewer than two values or the baseline's mean is 0.
 */
export function relativeChangeInterval(baseline: Sample, candidate: Sample, confidence = 0.95): Interval | undefined {
  if (baseline.standardDeviation === null || candidate.standardDeviation === null || baseline.mean === 0)
    return undefined;
  const ratio = candidate.mean / baseline.mean;
  const fromCandidate = candidate.standardDeviation ** 2 / candidate.n / baseline.mean ** 2;
  const fromBaseline = (ratio ** 2 * baseline.standardDeviation ** 2) / baseline.n / baseline.mean ** 2;
  const variance = fromCandidate + fromBaseline;
  const percent = (ratio - 1) * 100;
  if (variance === 0) return { low: percent, high: percent, confidence };
  const freedom = variance ** 2 / (fromCandidate ** 2 / (candidate.n - 1) + fromBaseline ** 2 / (baseline.n - 1));
  const half = jstat.studentt.inv(0.5 + confidence / 2, freedom) * Math.sqrt(variance) * 100;
  return { low: percent - half, high: percent + half, confidence };
}
