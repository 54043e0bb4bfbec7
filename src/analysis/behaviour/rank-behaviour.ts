import { behaviourAtRank, type RankBehaviour } from "../../derive/behaviour/rank-behaviour.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import { runsAt, seededPairsAt, type Run } from "../../derive/runs/comparison-roles.js";
import type { DivergenceSummary } from "../../derive/behaviour/summarize-divergences.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import { finalCheckpoint } from "../runs/run-checkpoint.js";
import { selectRoles } from "../runs/select-roles.js";
import { experimentFinder, runsOf } from "../runs/study-runs.js";
import { measure, type Measurement } from "./measure.js";

/** Two runs of a rank and how their predictions differ. */
export interface MeasuredPair {
  readonly seed: number | null;
  readonly reference: Experiment;
  readonly candidate: Experiment;
  readonly measured: Measurement<DivergenceSummary>;
}

/** What quantization does at a rank, beside what another seed does. */
export interface RankMeasurement extends RankBehaviour {
  /** Pairs of baseline and candidate of equal seeds. */
  readonly pairs: readonly MeasuredPair[];
  /** Pairs of baseline runs of different seeds: the noise floor. */
  readonly seedPairs: readonly MeasuredPair[];
}

interface RankBehaviourRequest {
  readonly studyId: string;
  readonly rank: number;
  readonly roles: RolesRequest;
  readonly set: StoredEvaluationSet;
  readonly confidence: number;
  readonly waitMilliseconds: number;
}

/** Pairs of seeds that measure the noise floor: neighbours in the order of the seeds, so that each run is in two at most. */
const MAX_SEED_PAIRS = 4;

/** Measures the pairs of baseline and candidate at a rank, and pairs of baseline runs of different seeds. */
export async function rankBehaviour(context: AnalysisContext, request: RankBehaviourRequest): Promise<RankMeasurement> {
  const { studyId, rank, set, confidence, waitMilliseconds } = request;
  const experiments = await context.loaders.experiments.load(studyId);
  const runs = await runsOf(experiments);
  const roles = await selectRoles(experiments, request.roles);
  const experimentOf = experimentFinder(experiments);
  const measurePair = async (seed: number | null, left: Run, right: Run): Promise<MeasuredPair> => {
    const [reference, candidate] = [experimentOf(left), experimentOf(right)];
    const checkpoints = [reference, candidate].map((experiment) => ({
      experiment,
      checkpoint: finalCheckpoint(experiment),
    }));
    const measured = await measure(context, checkpoints as never, {
      kind: "DIVERGENCE",
      set,
      options: {},
      summary: { confidence },
      waitMilliseconds,
    });
    return { seed, reference, candidate, measured };
  };
  if (roles === undefined) return { pairs: [], seedPairs: [], ...behaviourAtRank([], [], confidence) };
  const { compared } = seededPairsAt(runs, roles, rank);
  const baselines = distinctSeeds(runsAt(runs, roles.baseline, rank).filter(({ hasWeights }) => hasWeights));
  const neighbours = baselines.slice(1).map((run, i) => [baselines[i] as Run, run] as const);
  const [pairs, seedPairs] = await Promise.all([
    Promise.all(compared.map(({ seed, baseline, candidate }) => measurePair(seed, baseline, candidate))),
    Promise.all(neighbours.slice(0, MAX_SEED_PAIRS).map(([one, other]) => measurePair(null, one, other))),
  ]);
  const divergences = (measured: readonly MeasuredPair[]) =>
    measured.map((pair) => pair.measured.summary?.klDivergence.mean ?? null);
  return { pairs, seedPairs, ...behaviourAtRank(divergences(pairs), divergences(seedPairs), confidence) };
}

/** Returns one run for each known seed, ascending. */
function distinctSeeds(runs: readonly Run[]): Run[] {
  const bySeed = new Map<number, Run>();
  for (const run of runs) if (run.seed !== null && !bySeed.has(run.seed)) bySeed.set(run.seed, run);
  return [...bySeed].sort(([left], [right]) => left - right).map(([, run]) => run);
}
