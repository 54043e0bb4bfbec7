/** One problem, on the CPU and on another provider. */
export interface TimedPoint {
  /** Floating-point operations. */
  readonly flops: number;
  readonly cpuSeconds: number;
  readonly providerSeconds: number;
}

/**
 * From how many floating-point operations on a provider is faster than the CPU: at every measured size from there on, not
 * at the first one by chance. Between the last size at which it was slower and the next, log(time ratio) is taken to be
 * linear in log(flops).
 *
 * @returns null where it was slower at the largest size, or nothing was measured; the least size where it was faster at all
 */
export function crossingOf(points: readonly TimedPoint[]): number | null {
  const sorted = [...points].sort((one, other) => one.flops - other.flops);
  const slower = sorted.findLastIndex(({ cpuSeconds, providerSeconds }) => providerSeconds >= cpuSeconds);
  const [last, next] = [sorted[slower], sorted[slower + 1]];
  if (next === undefined) return null;
  if (last === undefined) return next.flops;
  const gain = ({ cpuSeconds, providerSeconds }: TimedPoint) => Math.log(cpuSeconds / providerSeconds);
  const share = gain(last) / (gain(last) - gain(next));
  return last.flops * (next.flops / last.flops) ** share;
}
