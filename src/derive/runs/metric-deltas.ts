/** One metric in two runs. */
export interface MetricDelta {
  readonly metric: string;
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** candidate - baseline, in the metric's unit. */
  readonly absolute: number | null;
  /** absolute / baseline * 100 */
  readonly percent: number | null;
  /** Why a value is null. */
  readonly reason: string | null;
}

/** The metrics that either run has, by name. */
export function metricDeltas(
  baseline: ReadonlyMap<string, number>,
  candidate: ReadonlyMap<string, number>,
): MetricDelta[] {
  const names = [...new Set([...baseline.keys(), ...candidate.keys()])].sort();
  return names.map((metric) => delta(metric, baseline.get(metric), candidate.get(metric)));
}

function delta(metric: string, baseline: number | undefined, candidate: number | undefined): MetricDelta {
  const sides = { metric, baseline: finite(baseline), candidate: finite(candidate) };
  if (sides.baseline === null || sides.candidate === null) {
    const missing = [lack("the baseline", baseline), lack("the candidate", candidate)].filter((said) => said !== null);
    return { ...sides, absolute: null, percent: null, reason: missing.join(", ") };
  }
  const absolute = sides.candidate - sides.baseline;
  const percent = sides.baseline === 0 ? null : finite((absolute / sides.baseline) * 100);
  return { ...sides, absolute, percent, reason: percent === null ? "no ratio to the baseline's value" : null };
}

function lack(side: string, value: number | undefined): string | null {
  if (value === undefined) return `${side} has none`;
  return Number.isFinite(value) ? null : `${side}'s is NaN or infinite`;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
