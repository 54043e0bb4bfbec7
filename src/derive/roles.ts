/** What the derived questions need to know of one experiment. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly seed: number | null;
  readonly quantization: { readonly label: string; readonly bits: number | null };
  /** Optimizer steps. */
  readonly steps: number | null;
  readonly hasWeights: boolean;
  /** Scalars by name, in the unit the name ends with. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** The two configurations that a study compares, by quantization label, and how they were told apart. */
export interface Roles {
  readonly baseline: string;
  readonly candidate: string;
  readonly because: string;
}

/**
 * Infers the roles: the baseline is the configuration with the most bits per base weight, the candidate the one with the
 * least. Undefined where the study has fewer than two configurations of known bits.
 */
export function inferRoles(runs: readonly Run[]): Roles | undefined {
  const bitsByLabel = new Map<string, number>();
  for (const { quantization } of runs) {
    if (quantization.bits !== null) bitsByLabel.set(quantization.label, quantization.bits);
  }
  const byBits = [...bitsByLabel].sort(([, left], [, right]) => right - left);
  const most = byBits.at(0);
  const least = byBits.at(-1);
  if (most === undefined || least === undefined || most[1] === least[1]) return undefined;
  return {
    baseline: most[0],
    candidate: least[0],
    because: `${most[0]} has the most bits per base weight (${most[1]}), ${least[0]} the fewest (${least[1]})`,
  };
}

/** The runs of one configuration at one rank: one a seed. */
export function runsAt(runs: readonly Run[], label: string, rank: number): Run[] {
  return runs.filter((run) => run.quantization.label === label && run.rank === rank);
}

/** The distinct ranks of `runs`, ascending. */
export function ranksOf(runs: readonly Run[]): number[] {
  return [...new Set(runs.map((run) => run.rank))].sort((left, right) => left - right);
}

/** The finite values of `metric` among `runs`, in their order. */
export function metricValues(runs: readonly Run[], metric: string): number[] {
  return runs
    .map((run) => run.metrics.get(metric))
    .filter((value) => value !== undefined && Number.isFinite(value)) as number[];
}

/**
 * The baseline's and the candidate's run to compare at `rank`: of one seed and both with weights where there are such (the
 * least seed of several), else the first of each; null where a side has none.
 */
export function pairAt(
  runs: readonly Run[],
  { baseline, candidate }: Roles,
  rank: number,
): { baseline: Run | null; candidate: Run | null } {
  const bySeed = (left: Run, right: Run) => (left.seed ?? -1) - (right.seed ?? -1);
  const baselines = runsAt(runs, baseline, rank).sort(bySeed);
  const candidates = runsAt(runs, candidate, rank).sort(bySeed);
  const pairs = baselines.flatMap((one) =>
    candidates.filter((other) => other.seed === one.seed).map((other) => ({ baseline: one, candidate: other })),
  );
  const withWeights = pairs.find((pair) => pair.baseline.hasWeights && pair.candidate.hasWeights);
  return withWeights ?? pairs[0] ?? { baseline: baselines[0] ?? null, candidate: candidates[0] ?? null };
}
