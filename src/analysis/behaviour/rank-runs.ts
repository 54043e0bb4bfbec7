import { runsAt, seededPairsAt, type Run } from "../../derive/runs/comparison-roles.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { finalCheckpoint, type RunCheckpoint } from "../runs/run-checkpoint.js";
import { selectRoles } from "../runs/select-roles.js";
import { experimentFinder, runsOf } from "../runs/study-runs.js";

export interface RankRunsRequest {
  readonly studyId: string;
  readonly rank: number;
  readonly roles: RolesRequest;
}

/** A measurement of the runs of a rank on an evaluation set. */
export interface MeasuredRankRequest extends RankRunsRequest {
  readonly set: StoredEvaluationSet;
  /** Confidence level of intervals. */
  readonly confidence: number;
  readonly waitMilliseconds: number;
}

/** The runs of a rank whose models are compared, with their final checkpoints. */
interface RankRuns {
  /** Pairs of equal seeds. */
  readonly pairs: readonly SeededRunPair[];
  /** Number of such pairs: more than `pairs` beyond ten. */
  readonly available: number;
  /** Pairs of baseline runs of different seeds, which measure the noise floor. */
  readonly seedPairs: readonly (readonly [RunCheckpoint, RunCheckpoint])[];
  /** Baseline and candidate with all their runs that have weights. Empty if the study does not have both. */
  readonly sides: readonly { readonly name: string; readonly runs: readonly RunCheckpoint[] }[];
}

export interface SeededRunPair {
  readonly seed: number | null;
  readonly baseline: RunCheckpoint;
  readonly candidate: RunCheckpoint;
}

/** Returns the runs of a rank whose models are compared: none if the study has no baseline and candidate. */
export async function rankRuns(
  { loaders }: Pick<AnalysisContext, "loaders">,
  { studyId, rank, roles: requested }: RankRunsRequest,
): Promise<RankRuns> {
  const experiments = await loaders.experiments.load(studyId);
  const [runs, roles] = await Promise.all([runsOf(experiments), selectRoles(loaders, experiments, requested)]);
  if (roles === undefined) return { pairs: [], available: 0, seedPairs: [], sides: [] };
  const experimentOf = experimentFinder(experiments);
  const checkpointOf = (run: Run): RunCheckpoint => {
    const experiment = experimentOf(run);
    return { experiment, checkpoint: finalCheckpoint(experiment) };
  };
  const { compared, available } = seededPairsAt(runs, roles, rank);
  const sides = [roles.baseline, roles.candidate].map((configuration) => ({
    name: configuration.name,
    runs: runsAt(runs, configuration, rank).filter(({ hasWeights }) => hasWeights),
  }));
  return {
    available,
    pairs: compared.map(({ seed, baseline, candidate }) => ({
      seed,
      baseline: checkpointOf(baseline),
      candidate: checkpointOf(candidate),
    })),
    seedPairs: neighbours(distinctSeeds(sides[0]?.runs ?? []).map(checkpointOf)),
    sides: sides.map(({ name, runs: ofSide }) => ({ name, runs: ofSide.map(checkpointOf) })),
  };
}

/** Pairs of seeds that measure the noise floor. */
const MAX_SEED_PAIRS = 4;

/** Returns the pairs of neighbours, so that each run is in two at most. */
function neighbours(runs: readonly RunCheckpoint[]): (readonly [RunCheckpoint, RunCheckpoint])[] {
  return runs
    .slice(1, 1 + MAX_SEED_PAIRS)
    .flatMap((run, i) => (runs[i] === undefined ? [] : [[runs[i], run] as const]));
}

/** Returns one run for each known seed, ascending. */
function distinctSeeds(runs: readonly Run[]): Run[] {
  const bySeed = new Map<number, Run>();
  for (const run of runs) if (run.seed !== null && !bySeed.has(run.seed)) bySeed.set(run.seed, run);
  return [...bySeed].sort(([left], [right]) => left - right).map(([, run]) => run);
}
