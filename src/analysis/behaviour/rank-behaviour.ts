import { behaviourAtRank, type RankBehaviour } from "../../derive/behaviour/rank-behaviour.js";
import type { DivergenceSummary } from "../../derive/behaviour/summarize-divergences.js";
import type { Experiment } from "../../store/studies/experiments.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { measure, type Measurement } from "./measure.js";
import { rankRuns, type MeasuredRankRequest } from "./rank-runs.js";

/** Two runs of a rank and how their predictions differ. */
export interface MeasuredPair {
  readonly seed: number | null;
  readonly reference: Experiment;
  readonly candidate: Experiment;
  readonly measured: Measurement<DivergenceSummary>;
}

/** The divergence that quantization causes at a rank, compared with that between seeds. */
export interface RankMeasurement extends RankBehaviour {
  /** Number of pairs of equal seeds at the rank. */
  readonly available: number;
  /** Pairs of baseline and candidate of equal seeds, at most the first ten. */
  readonly pairs: readonly MeasuredPair[];
  /** Pairs of baseline runs of different seeds: the noise floor. */
  readonly seedPairs: readonly MeasuredPair[];
}

/** Measures the pairs of baseline and candidate at a rank, and pairs of baseline runs of different seeds. */
export async function rankBehaviour(context: AnalysisContext, request: MeasuredRankRequest): Promise<RankMeasurement> {
  const { set, confidence, waitMilliseconds, ...requested } = request;
  const { pairs: compared, available, seedPairs: neighbours } = await rankRuns(context, requested);
  const measurePair = async (
    seed: number | null,
    reference: RunCheckpoint,
    candidate: RunCheckpoint,
  ): Promise<MeasuredPair> => {
    const measured = await measure(context, [reference, candidate], {
      kind: "DIVERGENCE",
      set,
      options: {},
      summary: { confidence },
      waitMilliseconds,
    });
    return { seed, reference: reference.experiment, candidate: candidate.experiment, measured };
  };
  const [pairs, seedPairs] = await Promise.all([
    Promise.all(compared.map(({ seed, baseline, candidate }) => measurePair(seed, baseline, candidate))),
    Promise.all(neighbours.map(([one, other]) => measurePair(null, one, other))),
  ]);
  const divergences = (measured: readonly MeasuredPair[]) =>
    measured.map((pair) => pair.measured.summary?.klDivergence.mean ?? null);
  return { available, pairs, seedPairs, ...behaviourAtRank(divergences(pairs), divergences(seedPairs), confidence) };
}
