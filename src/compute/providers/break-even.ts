/** One problem, timed on the CPU and on another provider. */
export interface TimedProblem {
  /** Floating-point operations. */
  readonly flops: number;
  readonly cpuSeconds: number;
  readonly providerSeconds: number;
}

/**
 * Floating-point operations of one run from which a GPU is assumed to be faster on a machine that was not calibrated: a
 * quarter of a second of one core in float64, many times what copying the factors to a GPU takes.
 */
export const DEFAULT_BREAK_EVEN_FLOPS = 1e10;

/**
 * Returns the floating-point operations from which a provider is faster than the CPU at every measured size. Between the
 * last size at which it was slower and the next one, log(time ratio) is taken to be linear in log(flops).
 *
 * @returns null where it was slower at the largest size, or nothing was measured; the smallest size where it was always
 * faster
 */
export function breakEvenFlops(problems: readonly TimedProblem[]): number | null {
  const sorted = [...problems].sort((one, other) => one.flops - other.flops);
  const slower = sorted.findLastIndex(({ cpuSeconds, providerSeconds }) => providerSeconds >= cpuSeconds);
  const [last, next] = [sorted[slower], sorted[slower + 1]];
  if (next === undefined) return null;
  if (last === undefined) return next.flops;
  const gain = ({ cpuSeconds, providerSeconds }: TimedProblem) => Math.log(cpuSeconds / providerSeconds);
  const share = gain(last) / (gain(last) - gain(next));
  return last.flops * (next.flops / last.flops) ** share;
}
