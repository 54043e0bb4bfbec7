import { behaviourAtRank } from "../../derive/behaviour/rank-behaviour.js";
import type { RankPredictions, StudyPredictions } from "../../derive/behaviour/study-predictions.js";
import type { RolesRequest } from "../../derive/runs/resolve-roles.js";
import type { StoredBehaviourFact } from "../../model/behaviour-facts.js";
import type { StoredEvaluationSet } from "../../store/evaluation-sets.js";
import type { Study } from "../../store/studies/studies.js";
import type { AnalysisContext } from "../request/analysis-context.js";
import type { RunCheckpoint } from "../runs/run-checkpoint.js";
import { chooseSet, type MeasuredSet, type ServedPair } from "./choose-set.js";
import { rankRuns } from "./rank-runs.js";
import { registeredBase, servedRun } from "./served-run.js";

interface PredictionsRequest {
  readonly ranks: readonly number[];
  readonly roles: RolesRequest;
  /** The set whose measurements count; by default the one with the most of them. */
  readonly named: StoredEvaluationSet | undefined;
}

/** The stored divergences of a study, whose values are read on demand. */
interface StoredPredictions {
  /** Equal for equal divergences. */
  readonly identity: string;
  /** Returns undefined if nothing is stored, or too much to be read for a conclusion. */
  load(): Promise<StudyPredictions | undefined>;
}

/** Maximum number of scored tokens that are read for a conclusion: 17 bytes each. `Rank.behaviour` reads them rank by rank. */
const MAX_READ_TOKENS = 2_000_000;
const CONFIDENCE = 0.95;

/** Looks up the stored divergences of baseline and candidate and of two seeds of the baseline. Nothing is measured. */
export async function studyPredictions(
  context: AnalysisContext,
  study: Pick<Study, "id" | "baseModel">,
  { ranks, roles, named }: PredictionsRequest,
): Promise<StoredPredictions> {
  const { model } = await registeredBase(context.loaders, study.baseModel);
  if (model === null) return { identity: "", load: () => Promise.resolve(undefined) };
  const byRank = await Promise.all(
    ranks.map(async (rank) => {
      const { pairs, seedPairs } = await rankRuns(context, { studyId: study.id, rank, roles });
      return {
        rank,
        compared: await servedPairs(
          context,
          pairs.map(({ baseline, candidate }) => [baseline, candidate] as const),
        ),
        ofSeeds: await servedPairs(context, seedPairs),
      };
    }),
  );
  const all = byRank.flatMap(({ compared, ofSeeds }) => [...compared, ...ofSeeds]).filter((pair) => pair !== null);
  const { source, facts } = await chooseSet(context.loaders, "DIVERGENCE", all, named);
  const tokens = [...facts.values()].reduce((sum, { scoredTokens }) => sum + scoredTokens, 0);
  return {
    identity: JSON.stringify([source, [...facts.values()].map(({ key }) => key)]),
    async load() {
      if (source === null || tokens > MAX_READ_TOKENS) return undefined;
      const found = await Promise.all(
        byRank.map(async ({ rank, compared, ofSeeds }): Promise<RankPredictions> => {
          const [divergences, seedDivergences] = await Promise.all([
            meanDivergences(context, compared, facts),
            meanDivergences(context, ofSeeds, facts),
          ]);
          return { rank, ...behaviourAtRank(divergences, seedDivergences, CONFIDENCE) };
        }),
      );
      return { source, ranks: found.filter(({ klDivergence }) => klDivergence !== null) };
    },
  };
}

/** Returns the models of each pair; null for a pair that cannot be run. */
function servedPairs(
  { loaders }: AnalysisContext,
  pairs: readonly (readonly [RunCheckpoint, RunCheckpoint])[],
): Promise<(ServedPair | null)[]> {
  return Promise.all(
    pairs.map(async ([one, other]) => {
      const [reference, candidate] = await Promise.all([servedRun(loaders, one), servedRun(loaders, other)]);
      if (reference.reason !== null || candidate.reason !== null) return null;
      return { served: [reference, candidate] as const };
    }),
  );
}

/** Returns the mean divergence of each pair, in nats per token; null for one that is not stored. */
function meanDivergences(
  { loaders, derivations }: AnalysisContext,
  pairs: readonly (ServedPair | null)[],
  facts: MeasuredSet<ServedPair>["facts"],
): Promise<(number | null)[]> {
  const meanOfFact = async ({ key }: StoredBehaviourFact): Promise<number | null> => {
    const values = await loaders.behaviourValues.load(key);
    if (values === undefined) return null;
    const options = { confidence: CONFIDENCE };
    const summary = await derivations.summarizeBehaviour({ kind: "DIVERGENCE", facts: [values], options });
    return summary?.klDivergence.mean ?? null;
  };
  return Promise.all(
    pairs.map(async (pair) => {
      const fact = pair === null ? undefined : facts.get(pair);
      return fact === undefined ? null : meanOfFact(fact);
    }),
  );
}
