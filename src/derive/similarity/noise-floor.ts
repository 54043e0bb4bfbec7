import { runSteps, type Steps } from "../steps.js";
import {
  bySeed,
  groupRuns,
  MAX_SEED_PAIRS,
  ranksOf,
  runsAt,
  type ComparisonRoles,
  type Run,
} from "../runs/comparison-roles.js";
import type { SimilaritySummary } from "./similarity-summary.js";

/**
 * Two saved adapters that differ only by chance or by little training. Their similarity is the noise floor: a lower cosine
 * of baseline and candidate may be chance too.
 */
interface NoiseFloorPair {
  /** OTHER_SEED: the final checkpoints of two runs of one configuration. NEIGHBOURING_CHECKPOINTS: the last two of one run. */
  readonly kind: "OTHER_SEED" | "NEIGHBOURING_CHECKPOINTS";
  readonly rank: number;
  readonly left: SavedAdapter;
  readonly right: SavedAdapter;
}

export interface SavedAdapter {
  readonly run: Run;
  /** Id of the checkpoint. */
  readonly checkpoint: string;
  readonly step: number | null;
}

/** A noise floor pair with its comparison. */
export interface NoiseFloor extends NoiseFloorPair {
  readonly summary: SimilaritySummary;
}

/** The checkpoints of a run by step. The last one represents the run. */
type Checkpoints = readonly { readonly id: string; readonly step: number | null }[];

/** Maximum number of runs whose noise floors are measured, of each configuration at a rank. */
const MAX_FLOOR_RUNS = MAX_SEED_PAIRS + 1;

/**
 * Returns the pairs that measure the noise floor at every rank, for baseline and candidate each: runs with neighbouring
 * seeds, then the last two checkpoints of each run that has two. At most the first MAX_FLOOR_RUNS runs by seed count.
 */
export function noiseFloorPairs(
  runs: readonly Run[],
  roles: ComparisonRoles,
  checkpointsOf: (run: Run) => Checkpoints,
): NoiseFloorPair[] {
  return runSteps(noiseFloorSteps(runs, roles, checkpointsOf));
}

/** Returns the pairs in steps, one for each configuration at a rank. */
export function* noiseFloorSteps(
  runs: readonly Run[],
  roles: ComparisonRoles,
  checkpointsOf: (run: Run) => Checkpoints,
): Steps<NoiseFloorPair[]> {
  const pairs: NoiseFloorPair[] = [];
  yield* groupRuns(runs, roles);
  for (const rank of ranksOf(runs)) {
    for (const configuration of [roles.baseline, roles.candidate]) {
      const ofRank = runsAt(runs, configuration, rank);
      yield ofRank.length;
      const withWeights = ofRank
        .filter(({ hasWeights }) => hasWeights)
        .sort(bySeed)
        .slice(0, MAX_FLOOR_RUNS);
      for (const pair of otherSeedPairs(withWeights, rank, checkpointsOf)) pairs.push(pair);
      for (const run of withWeights) {
        for (const pair of neighbouringCheckpoints(run, rank, checkpointsOf(run))) pairs.push(pair);
      }
    }
  }
  return pairs;
}

function otherSeedPairs(
  runs: readonly Run[],
  rank: number,
  checkpointsOf: (run: Run) => Checkpoints,
): NoiseFloorPair[] {
  return runs.slice(1).flatMap((run, i): NoiseFloorPair[] => {
    const previous = runs[i];
    const left = previous && savedAdapter(previous, checkpointsOf(previous).at(-1));
    const right = savedAdapter(run, checkpointsOf(run).at(-1));
    return left === undefined || right === undefined ? [] : [{ kind: "OTHER_SEED", rank, left, right }];
  });
}

function neighbouringCheckpoints(run: Run, rank: number, checkpoints: Checkpoints): NoiseFloorPair[] {
  const left = savedAdapter(run, checkpoints.at(-2));
  const right = savedAdapter(run, checkpoints.at(-1));
  return left === undefined || right === undefined ? [] : [{ kind: "NEIGHBOURING_CHECKPOINTS", rank, left, right }];
}

function savedAdapter(run: Run, checkpoint: Checkpoints[number] | undefined): SavedAdapter | undefined {
  return checkpoint && { run, checkpoint: checkpoint.id, step: checkpoint.step };
}

/** Returns the name of a noise floor in evidence: `16bit_r8, step 900 against 1000`. */
export function floorName({ kind, left, right }: NoiseFloor): string {
  if (kind === "OTHER_SEED") return `${left.run.name} against ${right.run.name}, another seed`;
  return `${left.run.name}, step ${left.step ?? "unknown"} against ${right.step ?? "unknown"}`;
}

/**
 * Returns the floors that show a noise: of runs that are not known to have started from different A, whose updates differ for
 * that reason alone, and that are not one adapter under two names.
 */
export function validFloors(floors: readonly NoiseFloor[]): NoiseFloor[] {
  return floors.filter(({ summary: { sharedStart, identical } }) => sharedStart !== false && !identical);
}

/**
 * Returns the ranks at which two runs of one configuration that started from the same A have a mean cosine of at most
 * `threshold`. The threshold cannot tell quantization from the seed there.
 */
export function undecidableRanks(floors: readonly NoiseFloor[], threshold: number): number[] {
  const undecidable = validFloors(floors).filter(
    ({ kind, summary: { mean } }) => kind === "OTHER_SEED" && mean !== null && mean <= threshold,
  );
  return [...new Set(undecidable.map(({ rank }) => rank))];
}
