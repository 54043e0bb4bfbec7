/** One metric in two runs. */
export interface MetricDelta {
  readonly metric: string;
  readonly baseline: number | null;
  readonly candidate: number | null;
  /** candidate - baseline, in the unit of the metric. */
  readonly absolute: number | null;
  /** absolute / baseline * 100 */
  readonly percent: number | null;
  /** Why a value is null. */
  readonly reason: string | null;
}

/** Returns the metrics that either run has, by name. */
export function metricDeltas(
  baseline: ReadonlyMap<string, number>,
  candidate: ReadonlyMap<string, number>,
): MetricDelta[] {
  const names = [...new Set([...baseline.keys(), ...candidate.keys()])].sort();
  return names.map((metric) => metricDelta(metric, baseline.get(metric), candidate.get(metric)));
}

function metricDelta(
  metric: string,
  baselineValue: number | undefined,
  candidateValue: number | undefined,
): MetricDelta {
  const baseline = finiteOrNull(baselineValue);
  const candidate = finiteOrNull(candidateValue);
  if (baseline === null || candidate === null) {
    const reasons = [whyMissing("baseline", baselineValue), whyMissing("candidate", candidateValue)];
    const reason = reasons.filter((text) => text !== null).join(" ");
    return { metric, baseline, candidate, absolute: null, percent: null, reason };
  }
  const absolute = candidate - baseline;
  const percent = baseline === 0 ? null : finiteOrNull((absolute / baseline) * 100);
  const reason = percent === null ? "The value of the baseline is 0, or too close to 0 for a relative change." : null;
  return { metric, baseline, candidate, absolute, percent, reason };
}

function whyMissing(role: string, value: number | undefined): string | null {
  if (value === undefined) return `The ${role} has no value.`;
  return Number.isFinite(value) ? null : `The value of the ${role} is NaN or infinite.`;
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
