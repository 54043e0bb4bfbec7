/** What the derived questions need to know of one experiment. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly seed: number | null;
  /** `LORA`, `QLORA`, `DORA`, `QDORA`; `UNKNOWN` where its files do not tell. */
  readonly method: string;
  /** Whether its scaling is alpha / sqrt(r): rsLoRA is another configuration than LoRA, of the same method. */
  readonly useRslora?: boolean | undefined;
  readonly quantization: { readonly label: string; readonly bits: number | null };
  /** Optimizer steps. */
  readonly steps: number | null;
  readonly hasWeights: boolean;
  /** Scalars by name, in the unit the name ends with. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** One of the two configurations that a study compares. */
export interface Configuration {
  /** `16bit`; what was asked for, where it was. */
  readonly name: string;
  /** The ids of its runs, at all ranks. */
  readonly runs: ReadonlySet<string>;
}

/** The two configurations that a study compares, and how they were told apart. */
export interface ComparisonRoles {
  readonly baseline: Configuration;
  readonly candidate: Configuration;
  readonly because: string;
}

/** The runs of one side at one rank: one a seed. */
export function runsAt(runs: readonly Run[], side: Configuration, rank: number): Run[] {
  return runs.filter((run) => side.runs.has(run.id) && run.rank === rank);
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
  { baseline, candidate }: ComparisonRoles,
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
