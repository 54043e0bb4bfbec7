import { eachInSteps, runSteps, type Steps } from "../steps.js";
import type { RunData } from "./run-data.js";

/** One experiment, with the values that the conclusions of derive/ use. */
export interface Run {
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly seed: number | null;
  /** `LORA`, `QLORA`, `DORA` or `QDORA`. `UNKNOWN` if the files of the run do not state it. */
  readonly method: string;
  /** Whether the scaling is alpha / sqrt(r). LoRA and rsLoRA are different configurations of the same method. */
  readonly useRslora?: boolean | undefined;
  readonly quantization: {
    readonly label: string;
    /** Bits per base weight. Null if unknown. */
    readonly bits: number | null;
  };
  /** Stated task and data set. Undefined or null if neither is stated. */
  readonly data?: RunData | null | undefined;
  /** Number of optimizer steps. */
  readonly steps: number | null;
  readonly hasWeights: boolean;
  /** Hash of the final checkpoint. Runs with equal hashes have the same weights. Undefined or null if there is none. */
  readonly weights?: string | null | undefined;
  /** Scalars by name. The name ends with the unit. */
  readonly metrics: ReadonlyMap<string, number>;
}

/** A training configuration: the runs that differ only in rank and seed. */
export interface Configuration {
  /** `16bit`, or the requested selection. */
  readonly name: string;
  /** Ids of its runs at all ranks. */
  readonly runs: ReadonlySet<string>;
}

/** The two configurations that a study compares. */
export interface ComparisonRoles {
  readonly baseline: Configuration;
  readonly candidate: Configuration;
  /** Why these two were chosen, in one sentence. */
  readonly because: string;
}

/** Methods that are plain LoRA, whatever the precision of the base weights. */
export const PLAIN_METHODS: readonly string[] = ["LORA", "QLORA"];

type Variant = Pick<Run, "method" | "useRslora">;

/** Returns the name of a run's configuration, which excludes rank and seed: `4bit`, `16bit DORA`, `16bit LORA rsLoRA`. */
export function configurationName(run: Variant & { readonly quantization: { readonly label: string } }): string {
  const variant = methodVariant(run);
  const isPlain = PLAIN_METHODS.includes(variant) || variant === "UNKNOWN";
  return isPlain ? run.quantization.label : `${run.quantization.label} ${variant}`;
}

/** Returns the method, with its rank-stabilized form as a variant of its own: `LORA rsLoRA`. */
export function methodVariant({ method, useRslora }: Variant): string {
  return useRslora === true ? `${method} rsLoRA` : method;
}

/** Returns the runs of a configuration at one rank, one a seed. */
export function runsAt(runs: readonly Run[], configuration: Configuration, rank: number): readonly Run[] {
  return runSteps(groupSteps(runs, configuration)).get(rank) ?? [];
}

/** Returns the distinct ranks of `runs`, ascending. */
export function ranksOf(runs: readonly Run[]): number[] {
  return [...runSteps(groupSteps(runs, ALL_RUNS)).keys()].sort((left, right) => left - right);
}

type RunsByRank = ReadonlyMap<number, readonly Run[]>;

/** Stands for every run of a list, whatever its configuration. */
const ALL_RUNS = {};

/** The runs of each list by configuration and rank: they are grouped once, however often rules ask for those of a rank. */
const GROUPED = new WeakMap<readonly Run[], WeakMap<Configuration | typeof ALL_RUNS, RunsByRank>>();

/** Returns the runs of a list by rank, in any order of the ranks. */
export function runsByRank(runs: readonly Run[]): Steps<RunsByRank> {
  return groupSteps(runs, ALL_RUNS);
}

/** Groups the runs of a list by rank, so that `ranksOf`, and `runsAt` for both roles, take no time. */
export function* groupRuns(runs: readonly Run[], roles: ComparisonRoles | undefined): Steps<void> {
  yield* groupSteps(runs, ALL_RUNS);
  if (roles === undefined) return;
  yield* groupSteps(runs, roles.baseline);
  yield* groupSteps(runs, roles.candidate);
}

/** Groups the runs of one configuration by rank, so that `runsAt` takes no time. */
export function* groupRunsOf(runs: readonly Run[], configuration: Configuration): Steps<void> {
  yield* groupSteps(runs, configuration);
}

function* groupSteps(runs: readonly Run[], configuration: Configuration | typeof ALL_RUNS): Steps<RunsByRank> {
  const ofRuns = GROUPED.get(runs) ?? new WeakMap<Configuration | typeof ALL_RUNS, RunsByRank>();
  GROUPED.set(runs, ofRuns);
  const known = ofRuns.get(configuration);
  if (known !== undefined) return known;
  const grouped = new Map<number, Run[]>();
  const ids = "runs" in configuration ? configuration.runs : undefined;
  yield* eachInSteps(runs, (run) => {
    if (ids !== undefined && !ids.has(run.id)) return;
    const ofRank = grouped.get(run.rank);
    if (ofRank === undefined) grouped.set(run.rank, [run]);
    else ofRank.push(run);
  });
  ofRuns.set(configuration, grouped);
  return grouped;
}

/** Returns the finite values of `metric`, in the order of `runs`. */
export function metricValues(runs: readonly Run[], metric: string): number[] {
  const values: number[] = [];
  for (const { metrics } of runs) {
    const value = metrics.get(metric);
    if (value !== undefined && Number.isFinite(value)) values.push(value);
  }
  return values;
}

/** The runs of baseline and candidate that represent one rank. Null if there is no such run. */
interface RunPair {
  readonly baseline: Run | null;
  readonly candidate: Run | null;
}

/**
 * Returns the runs to compare at `rank`: two runs with equal seeds, preferably both with weights and with the smallest such
 * seed; otherwise the first run of each configuration.
 */
export function pairAt(runs: readonly Run[], { baseline, candidate }: ComparisonRoles, rank: number): RunPair {
  const baselines = [...runsAt(runs, baseline, rank)].sort(bySeed);
  const candidates = [...runsAt(runs, candidate, rank)].sort(bySeed);
  return (
    firstPair(baselines, candidates, ({ hasWeights }) => hasWeights) ??
    firstPair(baselines, candidates, () => true) ?? { baseline: baselines[0] ?? null, candidate: candidates[0] ?? null }
  );
}

/** A baseline and a candidate with equal seeds. */
export interface SeededPair {
  /** Null is unknown. */
  readonly seed: number | null;
  readonly baseline: Run;
  readonly candidate: Run;
}

/** Maximum number of pairs of seeds whose weights are compared at a rank. More would narrow the interval of the mean slowly. */
export const MAX_SEED_PAIRS = 10;

/** The pairs of runs whose weights represent a rank. */
interface SeededPairs {
  /** Pairs ordered by seed, at most MAX_SEED_PAIRS. The first is the pair of pairAt. */
  readonly compared: readonly SeededPair[];
  /** Number of pairs at the rank. */
  readonly available: number;
}

/**
 * Returns the pairs of runs with weights and equal known seeds at `rank`, by seed. A seed with several runs gives its first pair,
 * and a pair whose weights are copies of an earlier pair's does not count. Without such pairs, returns the pair of pairAt.
 */
export function seededPairsAt(runs: readonly Run[], roles: ComparisonRoles, rank: number): SeededPairs {
  const first = pairAt(runs, roles, rank);
  if (first.baseline === null || first.candidate === null) return { compared: [], available: 0 };
  const { baseline, candidate } = first;
  const seed = baseline.seed === candidate.seed ? baseline.seed : null;
  const pairs: SeededPair[] = [{ seed, baseline, candidate }];
  if (seed !== null && baseline.hasWeights && candidate.hasWeights) {
    for (const pair of otherPairs(runs, roles, rank, seed)) pairs.push(pair);
  }
  const copies = new Set<string>();
  const distinct = pairs.filter((pair) => {
    const weights = JSON.stringify([
      pair.baseline.weights ?? pair.baseline.id,
      pair.candidate.weights ?? pair.candidate.id,
    ]);
    return !copies.has(weights) && copies.add(weights);
  });
  return { compared: distinct.slice(0, MAX_SEED_PAIRS), available: distinct.length };
}

/** Returns the pairs of runs with weights of other known seeds than `first`. */
function otherPairs(
  runs: readonly Run[],
  { baseline, candidate }: ComparisonRoles,
  rank: number,
  first: number,
): SeededPair[] {
  const candidates = new Map<number | null, Run>();
  for (const run of runsAt(runs, candidate, rank)) {
    if (run.hasWeights && !candidates.has(run.seed)) candidates.set(run.seed, run);
  }
  const pairs = new Map<number, SeededPair>();
  for (const run of [...runsAt(runs, baseline, rank)].sort(bySeed)) {
    const { seed } = run;
    const partner = candidates.get(seed);
    if (seed === null || seed === first || partner === undefined || !run.hasWeights || pairs.has(seed)) continue;
    pairs.set(seed, { seed, baseline: run, candidate: partner });
  }
  return [...pairs.values()];
}

/** Returns the first two of the given runs that have equal seeds, in the order of the baselines, then of the candidates. */
function firstPair(
  baselines: readonly Run[],
  candidates: readonly Run[],
  isEligible: (run: Run) => boolean,
): RunPair | undefined {
  const firstOfSeed = new Map<number | null, Run>();
  for (const run of candidates) if (isEligible(run) && !firstOfSeed.has(run.seed)) firstOfSeed.set(run.seed, run);
  const baseline = baselines.find((run) => isEligible(run) && firstOfSeed.has(run.seed));
  return baseline && { baseline, candidate: firstOfSeed.get(baseline.seed) ?? null };
}

/** Compares two runs by seed. An unknown seed comes first. */
export function bySeed(left: Run, right: Run): number {
  return (left.seed ?? -1) - (right.seed ?? -1);
}
